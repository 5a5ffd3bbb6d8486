using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace MultiAgentInfra.TestSupport.Portainer;

/// <summary>The way to a real engine: its streams as they come, and the registry credentials that Portainer keeps in place of a registry's number.</summary>
internal sealed class DockerProxy(PortainerState state, DockerEngine engine) : IDisposable
{
    private static readonly string[] HopByHop = ["Connection", "Host", "Keep-Alive", "Transfer-Encoding", "Upgrade", "Expect"];

    /// <summary>The same engine for Portainer's own work.</summary>
    public EngineConnection Engine { get; } = new(engine);

    public void Dispose() => Engine.Dispose();

    public async Task ForwardAsync(HttpContext context)
    {
        using var request = Copy(context.Request);
        if (context.Request.Headers["X-Registry-Auth"].ToString() is { Length: > 0 } auth)
        {
            if (Stored(auth) is not { } stored)
            {
                context.Response.StatusCode = StatusCodes.Status500InternalServerError;
                await context.Response.WriteAsJsonAsync(new { message = "Invalid X-Registry-Auth header", details = "Unauthorized" });
                return;
            }

            request.Headers.Add("X-Registry-Auth", stored);
        }

        await SendAsync(context, request);
    }

    private static HttpRequestMessage Copy(HttpRequest from)
    {
        var request = new HttpRequestMessage(new(from.Method), $"http://engine/{from.RouteValues["path"]}{from.QueryString}");
        if (HttpMethods.IsPost(from.Method) || HttpMethods.IsPut(from.Method))
        {
            request.Content = new StreamContent(from.Body);
            request.Content.Headers.TryAddWithoutValidation("Content-Type", (string?)from.ContentType ?? "text/plain");
            request.Content.Headers.ContentLength = from.ContentLength;
        }

        foreach (var (name, values) in from.Headers.Where(header => !HopByHop.Contains(header.Key, StringComparer.OrdinalIgnoreCase)))
        {
            if (name is not ("X-API-KEY" or "X-Registry-Auth" or "Content-Type" or "Content-Length"))
                request.Headers.TryAddWithoutValidation(name, values.ToArray());
        }

        return request;
    }

    // Portainer's users name a registry by its number, and never see its password.
    private string? Stored(string auth)
    {
        var json = JsonDocument.Parse(Convert.FromBase64String(auth)).RootElement;
        if (!json.TryGetProperty("registryId", out var id))
            return Convert.ToBase64String("{}"u8);
        return state.Registries.TryGetValue(id.GetInt32(), out var registry)
            ? Convert.ToBase64String(Encoding.UTF8.GetBytes(registry.EngineAuth)).Replace('+', '-').Replace('/', '_')
            : null;
    }

    private async Task SendAsync(HttpContext context, HttpRequestMessage request)
    {
        using var answer = await Engine.Http.SendAsync(request, context.RequestAborted);
        context.Response.StatusCode = (int)answer.StatusCode;
        foreach (var (name, values) in answer.Headers.Concat(answer.Content.Headers).Where(header => !HopByHop.Contains(header.Key, StringComparer.OrdinalIgnoreCase)))
            context.Response.Headers[name] = values.ToArray();
        await using var body = await answer.Content.ReadAsStreamAsync(context.RequestAborted);
        var buffer = new byte[16 * 1024];
        while (await body.ReadAsync(buffer, context.RequestAborted) is > 0 and var length)
        {
            await context.Response.Body.WriteAsync(buffer.AsMemory(0, length), context.RequestAborted);
            await context.Response.Body.FlushAsync(context.RequestAborted);
        }
    }
}
