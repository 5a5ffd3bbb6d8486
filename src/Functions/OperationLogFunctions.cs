using Microsoft.AspNetCore.Http;
using MultiAgentInfra.Clients.Sqlite;
using MultiAgentInfra.Functions.Http;
using MultiAgentInfra.Functions.Security;

namespace MultiAgentInfra.Functions;

/// <summary>What the builds of an operation print, while they run and afterwards.</summary>
public sealed class OperationLogFunctions(OperationStore operations, OperationLogStore log, TimeProvider time)
{
    private const int DefaultPage = 500;
    private const int LargestPage = 1000;

    [Function("GetOperationLog")]
    public async Task<IResult> GetAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "operations/{id}/log")] HttpRequest request, string id, FunctionContext context)
    {
        var organization = request.Caller().OrganizationId;
        var (after, limit) = (request.Whole("after", 0, long.MaxValue, 0), (int)request.Whole("limit", 1, LargestPage, DefaultPage));
        var known = Guid.TryParseExact(id, "D", out var operationId);
        var page = await LongPoll.LookAsync(request, context, time, LookAsync, seen => seen is null or { Ended: true } or { Lines.Count: > 0 });
        return page is null ? Problems.NotFound("operation") : Results.Json(page, WireJson.Default.OperationLogBody);

        async Task<OperationLogBody?> LookAsync()
        {
            // First the operation: when it has ended, all of its lines are there.
            if (!known || await operations.GetAsync(organization, operationId, CancellationToken.None) is not { } operation)
                return null;
            return OperationLogBody.Of(await log.ReadAsync(operationId, after, limit, CancellationToken.None), after, operation.Ended);
        }
    }
}
