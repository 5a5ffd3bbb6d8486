using Microsoft.AspNetCore.Http;
using MultiAgentInfra.Clients.Sqlite;
using MultiAgentInfra.Clients.Targets;
using MultiAgentInfra.Functions.Http;
using MultiAgentInfra.Functions.Security;

namespace MultiAgentInfra.Functions;

/// <summary>What became of an operation.</summary>
public sealed class OperationFunctions(OperationStore operations, OperationArtifactStore artifacts, IAgentTarget target, TimeProvider time)
{
    [Function("GetOperation")]
    public async Task<IResult> GetAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "operations/{id}")] HttpRequest request, string id, FunctionContext context)
    {
        var organization = request.Caller().OrganizationId;
        var known = Guid.TryParseExact(id, "D", out var operationId);
        var operation = await LongPoll.LookAsync(
            request,
            context,
            time,
            async () => known ? await operations.GetAsync(organization, operationId, CancellationToken.None) : null,
            seen => seen is null or { Ended: true });
        if (operation is null)
            return Problems.NotFound("operation");

        if (!operation.Ended)
            request.HttpContext.Response.Headers.RetryAfter = Accepted.RetryAfterSeconds;
        return Results.Json(
            OperationBody.Of(operation, await artifacts.ListAsync(operationId, CancellationToken.None), target.PageOf(operation.AgentId)), WireJson.Default.OperationBody);
    }
}
