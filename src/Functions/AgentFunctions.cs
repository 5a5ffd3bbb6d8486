using Microsoft.AspNetCore.Http;
using MultiAgentInfra.Clients.Sqlite;
using MultiAgentInfra.Clients.Targets;
using MultiAgentInfra.Core.Agents;
using MultiAgentInfra.Functions.Http;
using MultiAgentInfra.Functions.Maintenance;
using MultiAgentInfra.Functions.Security;

namespace MultiAgentInfra.Functions;

/// <summary>Agents: list, read, delete.</summary>
public sealed class AgentFunctions(AgentStore agents, IAgentTarget target, OutboxDispatcher outbox)
{
    private const int DefaultPage = 50;
    private const int LargestPage = 100;

    [Function("ListAgents")]
    public async Task<IResult> ListAsync([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "agents")] HttpRequest request)
    {
        var (cursor, limit) = (request.Text("cursor"), (int)request.Whole("limit", 1, LargestPage, DefaultPage));
        return await agents.ListAsync(request.Caller().OrganizationId, cursor, limit, request.HttpContext.RequestAborted) is { } page
            ? Results.Json(new AgentPageBody([.. page.Agents.Select(BodyOf)], page.NextCursor), WireJson.Default.AgentPageBody)
            : Problems.InvalidParameter("cursor", "must be the nextCursor of a page");
    }

    [Function("GetAgent")]
    public async Task<IResult> GetAsync([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "agents/{id}")] HttpRequest request, string id)
    {
        if (await FindAsync(request, id) is not { } agent)
            return Problems.NotFound("agent");

        request.HttpContext.Response.Headers.ETag = EntityTags.Of(agent);
        return EntityTags.IsKnown(request, agent)
            ? Results.StatusCode(StatusCodes.Status304NotModified)
            : Results.Json(BodyOf(agent), WireJson.Default.AgentBody);
    }

    [Function("DeleteAgent")]
    public async Task<IResult> DeleteAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "delete", Route = "agents/{id}")] HttpRequest request,
        string id,
        [DurableClient] DurableTaskClient durable)
    {
        if (await FindAsync(request, id) is not { } agent)
            return Problems.NotFound("agent");

        var version = EntityTags.ExpectedVersion(request, agent);
        var result = await agents.RequestDeletionAsync(agent.OrganizationId, agent.Id, version, request.HttpContext.RequestAborted);
        if (result is DeletionResult.Accepted)
            await outbox.DispatchAsync(durable, CancellationToken.None);
        return result switch
        {
            DeletionResult.Accepted accepted => new StoredResult(Accepted.Of(accepted.Agent, accepted.Operation, target.PageOf(accepted.Agent.Id))),
            DeletionResult.VersionMismatch => Problems.PreconditionFailed(),
            _ => Problems.NotFound("agent"),
        };
    }

    private AgentBody BodyOf(Agent agent) => AgentBody.Of(agent, target.PageOf(agent.Id));

    private async Task<Agent?> FindAsync(HttpRequest request, string id) =>
        Guid.TryParseExact(id, "D", out var agentId)
            ? await agents.GetAsync(request.Caller().OrganizationId, agentId, request.HttpContext.RequestAborted)
            : null;
}
