using Microsoft.AspNetCore.Http;
using MultiAgentInfra.Clients.Sqlite;
using MultiAgentInfra.Clients.Targets;
using MultiAgentInfra.Core.Agents;
using MultiAgentInfra.Core.Operations;
using MultiAgentInfra.Functions.Http;
using MultiAgentInfra.Functions.Maintenance;
using MultiAgentInfra.Functions.Security;

namespace MultiAgentInfra.Functions;

/// <summary>What all requests that change an agent have in common: whose it is, the key, and the answer.</summary>
public sealed class ChangeAnswers(AgentStore agents, IAgentTarget target, IdempotencyKeys keys, OutboxDispatcher outbox)
{
    /// <summary>The caller's agent; null when there is none.</summary>
    public async Task<Agent?> FindAsync(HttpRequest request, string id) => Guid.TryParseExact(id, "D", out var agentId)
        ? await agents.GetAsync(request.Caller().OrganizationId, agentId, request.HttpContext.RequestAborted)
        : null;

    /// <summary>Holds the request's idempotency key, if it has one, while <paramref name="change"/> is asked for.</summary>
    /// <param name="body">The request's body as JSON.</param>
    public async Task<IResult> AnswerOnceAsync(
        HttpRequest request, DurableTaskClient durable, Agent agent, System.Text.Json.JsonElement body, Func<IdempotentRequest?, Task<ChangeResult>> change)
    {
        var key = IdempotencyKeys.Read(request);
        using var flight = keys.Enter(agent.OrganizationId, key);
        return await AnswerAsync(durable, await change(key is null ? null : new IdempotentRequest(key, keys.Fingerprint(request, body), Respond)));
    }

    /// <summary>Starts what was accepted, and answers.</summary>
    public async Task<IResult> AnswerAsync(DurableTaskClient durable, ChangeResult result)
    {
        if (result is ChangeResult.Accepted)
            await outbox.DispatchAsync(durable, CancellationToken.None);
        return result switch
        {
            ChangeResult.Accepted accepted => new StoredResult(accepted.Response ?? Respond(accepted.Agent, accepted.Operation)),
            ChangeResult.Replayed replayed => new StoredResult(replayed.Response, replayed: true),
            ChangeResult.KeyReused => Problems.KeyReused(),
            ChangeResult.VersionMismatch => Problems.PreconditionFailed(),
            ChangeResult.Busy busy => Problems.OperationInFlight(busy.OperationId),
            ChangeResult.WrongState wrong => Problems.WrongState(wrong.Status),
            ChangeResult.NotReplicable => Problems.Validation([new("replicas", "can be more than one only for an agent that is replicable")]),
            ChangeResult.HostTaken => Problems.HostTaken(),
            ChangeResult.AlreadyScaled same => Problems.AlreadyScaled(same.Replicas),
            _ => Problems.NotFound("agent"),
        };
    }

    private StoredResponse Respond(Agent agent, Operation operation) => Accepted.Of(agent, operation, target.PageOf(agent.Id));
}
