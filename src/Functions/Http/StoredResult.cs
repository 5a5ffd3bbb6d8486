using Microsoft.AspNetCore.Http;
using MultiAgentInfra.Clients.Sqlite;

namespace MultiAgentInfra.Functions.Http;

/// <summary>An answer in the form in which it is stored for replays, so that the first one and its replays cannot differ.</summary>
internal sealed class StoredResult(StoredResponse stored, bool replayed = false) : IResult
{
    public Task ExecuteAsync(HttpContext httpContext)
    {
        var response = httpContext.Response;
        response.StatusCode = stored.Status;
        response.ContentType = "application/json; charset=utf-8";
        foreach (var (name, value) in stored.Headers)
            response.Headers[name] = value;
        if (replayed)
            response.Headers["Idempotency-Replayed"] = "true";
        return response.WriteAsync(stored.Body);
    }
}
