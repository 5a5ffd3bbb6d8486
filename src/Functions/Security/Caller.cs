using Microsoft.AspNetCore.Http;

namespace MultiAgentInfra.Functions.Security;

/// <summary>Who sent the request, as a feature of the request.</summary>
public sealed record Caller(Guid Subject, Guid OrganizationId);

internal static class CallerFeature
{
    /// <exception cref="InvalidOperationException">The function is public, or the middleware did not run.</exception>
    public static Caller Caller(this HttpRequest request) =>
        request.HttpContext.Features.Get<Caller>() ?? throw new InvalidOperationException("The request has no authenticated caller.");
}
