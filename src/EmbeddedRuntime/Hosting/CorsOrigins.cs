using Microsoft.AspNetCore.Cors.Infrastructure;

namespace MultiAgentInfra.EmbeddedRuntime.Hosting;

/// <summary>What the platform's own CORS does in front of the functions on Azure.</summary>
internal static class CorsOrigins
{
    public static void Allow(CorsPolicyBuilder policy, string[] origins) => policy
        .WithOrigins([.. origins.Select(origin => origin.TrimEnd('/'))])
        .AllowAnyHeader()
        .AllowAnyMethod()
        .WithExposedHeaders(
            "Location", "Operation-Location", "Retry-After", "ETag", "Idempotency-Key", "Idempotency-Replayed", "traceparent", "WWW-Authenticate")
        .SetPreflightMaxAge(TimeSpan.FromMinutes(10));
}
