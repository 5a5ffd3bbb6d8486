using System.Collections.Concurrent;
using System.Collections.Frozen;
using System.Reflection;
using Microsoft.AspNetCore.Http;
using MultiAgentInfra.Clients.Sqlite;
using MultiAgentInfra.Functions.Http;

namespace MultiAgentInfra.Functions.Security;

/// <summary>Lets a request through to its function for a valid access token, or when the function is marked public; refuses all else.</summary>
public sealed class AuthorizationMiddleware(AccessTokens tokens, OrganizationStore organizations) : IFunctionsWorkerMiddleware
{
    private const int MostCached = 10_000;
    private const string Scheme = "Bearer ";

    private static readonly FrozenSet<string> PublicFunctions = typeof(AuthorizationMiddleware).Assembly.GetTypes()
        .SelectMany(type => type.GetMethods())
        .Where(method => method.IsDefined(typeof(PublicFunctionAttribute)))
        .Select(method => $"{method.DeclaringType!.FullName}.{method.Name}")
        .ToFrozenSet(StringComparer.Ordinal);

    private readonly ConcurrentDictionary<Guid, Guid> _organizations = new();

    public async Task Invoke(FunctionContext context, FunctionExecutionDelegate next)
    {
        // Registered before the web application, this step would see no request, and the function would run all the same.
        var http = context.GetHttpContext() ?? throw new InvalidOperationException("An HTTP function was started without a request.");
        if (!PublicFunctions.Contains(context.FunctionDefinition.EntryPoint))
        {
            var (subject, error, reason) = await AuthenticateAsync(http.Request);
            if (subject is null)
            {
                await Problems.Unauthorized(error, reason).ExecuteAsync(http);
                return;
            }

            http.Features.Set(new Caller(subject.Value, await OrganizationAsync(subject.Value, http.RequestAborted)));
        }

        await next(context);
    }

    private async Task<(Guid? Subject, string Error, string Reason)> AuthenticateAsync(HttpRequest request)
    {
        var headers = request.Headers.Authorization;
        if (headers.Count == 0)
            return (null, "", "Send an access token: Authorization: Bearer <token>");
        if (headers.Count > 1 || headers[0] is not { } header || !header.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase))
            return (null, "invalid_request", "The Authorization header is not of the form Bearer <token>");

        var (subject, reason) = await tokens.ValidateAsync(header[Scheme.Length..].Trim());
        return (subject, "invalid_token", reason);
    }

    private async Task<Guid> OrganizationAsync(Guid subject, CancellationToken cancellationToken)
    {
        if (_organizations.TryGetValue(subject, out var known))
            return known;

        var organization = await organizations.GetPersonalAsync(subject.ToString(), cancellationToken);
        if (_organizations.Count < MostCached)
            _organizations[subject] = organization;
        return organization;
    }
}
