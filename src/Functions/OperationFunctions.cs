using Microsoft.AspNetCore.Http;
using MultiAgentInfra.Clients.Sqlite;
using MultiAgentInfra.Core.Operations;
using MultiAgentInfra.Functions.Http;
using MultiAgentInfra.Functions.Security;

namespace MultiAgentInfra.Functions;

/// <summary>What became of a deployment or a deletion.</summary>
public sealed class OperationFunctions(OperationStore operations, TimeProvider time)
{
    private const int LongestWaitSeconds = 60;
    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(250);

    [Function("GetOperation")]
    public async Task<IResult> GetAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "operations/{id}")] HttpRequest request, string id, FunctionContext context)
    {
        var wait = TimeSpan.FromSeconds(request.Whole("wait", 0, LongestWaitSeconds, 0));
        using var either = CancellationTokenSource.CreateLinkedTokenSource(request.HttpContext.RequestAborted, context.CancellationToken);
        if (!Guid.TryParseExact(id, "D", out var operationId)
            || await FindAsync(request.Caller().OrganizationId, operationId, wait, either.Token) is not { } operation)
        {
            return Problems.NotFound("operation");
        }

        if (!operation.Ended)
            request.HttpContext.Response.Headers.RetryAfter = Accepted.RetryAfterSeconds;
        return Results.Json(OperationBody.Of(operation), WireJson.Default.OperationBody);
    }

    private async Task<Operation?> FindAsync(Guid organization, Guid id, TimeSpan wait, CancellationToken stop)
    {
        var until = time.GetUtcNow() + wait;
        while (true)
        {
            var operation = await operations.GetAsync(organization, id, CancellationToken.None);
            var left = until - time.GetUtcNow();
            if (operation is null or { Ended: true } || left <= TimeSpan.Zero || stop.IsCancellationRequested)
                return operation;

            // A host that stops answers its waiting callers with what is known.
            await Task.Delay(left < LookEvery ? left : LookEvery, time, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }
}
