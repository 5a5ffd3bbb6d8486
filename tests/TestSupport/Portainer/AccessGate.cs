using Microsoft.AspNetCore.Http;

namespace MultiAgentInfra.TestSupport.Portainer;

/// <summary>Who calls, in Portainer's order and words: X-API-KEY, cookie, Authorization; never two at once.</summary>
internal sealed class AccessGate(IReadOnlyCollection<PortainerUser> users)
{
    private const string Cookie = "portainer_api_key";

    private static readonly string[] PublicPaths = ["/api/system/status", "/api/status", "/api/users/admin/check"];

    public async Task PassAsync(HttpContext context, RequestDelegate next)
    {
        var request = context.Request;
        var key = request.Headers["X-API-KEY"].ToString() is { Length: > 0 } header
            ? header
            : request.Query.FirstOrDefault(pair => string.Equals(pair.Key, "X-API-KEY", StringComparison.OrdinalIgnoreCase)).Value.ToString();
        if (key.Length > 0 && request.Headers.Authorization.Count > 0)
            await AnswerAsync(context, 403, "api key and auth header are not allowed at the same time", null);
        else if (request.Cookies.ContainsKey(Cookie) && !HttpMethods.IsGet(request.Method) && !request.Headers.ContainsKey("X-CSRF-Token"))
            await AnswerAsync(context, 403, "Forbidden - CSRF token not found in request", null);
        else if (PublicPaths.Contains(request.Path.Value))
            await next(context);
        else if (key.Length == 0 && request.Headers.Authorization.Count == 0 && !request.Cookies.ContainsKey(Cookie))
            await AnswerAsync(context, 401, "A valid authorization token is missing", "Unauthorized");
        else if (users.FirstOrDefault(user => user.Key == key) is not { } found)
            await AnswerAsync(context, 401, "Invalid JWT token", "Unauthorized");
        else
            await PassAsAsync(context, next, found);
    }

    private static Task PassAsAsync(HttpContext context, RequestDelegate next, PortainerUser user)
    {
        context.Items[nameof(PortainerUser)] = user;
        return next(context);
    }

    private static Task AnswerAsync(HttpContext context, int status, string message, string? details)
    {
        context.Response.StatusCode = status;
        return context.Response.WriteAsJsonAsync(details is null ? new Dictionary<string, string> { ["message"] = message } : new() { ["message"] = message, ["details"] = details });
    }
}
