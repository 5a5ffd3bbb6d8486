using Microsoft.AspNetCore.Http;
using MultiAgentInfra.Clients.Sqlite;
using MultiAgentInfra.Core;
using MultiAgentInfra.Core.Agents;
using MultiAgentInfra.Core.Operations;
using MultiAgentInfra.Functions.Http;
using MultiAgentInfra.Functions.Maintenance;
using MultiAgentInfra.Functions.Security;

namespace MultiAgentInfra.Functions;

/// <summary>From a character to a queued deployment.</summary>
public sealed class AgentCreationFunctions(AgentStore agents, TargetAdmission targets, IdempotencyKeys keys, OutboxDispatcher outbox, DryRun dryRun)
{
    [Function("CreateAgent")]
    public async Task<IResult> CreateAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "agents")] HttpRequest request, [DurableClient] DurableTaskClient durable)
    {
        var (organization, cancellation) = (request.Caller().OrganizationId, request.HttpContext.RequestAborted);
        var isDryRun = request.Flag(DryRun.Parameter);
        var key = isDryRun ? null : IdempotencyKeys.Read(request);
        using var flight = keys.Enter(organization, key);
        var body = await JsonBody.ReadAsync(request, cancellation);
        var errors = new List<FieldError>();
        using var json = JsonBody.Parse(body, errors);
        await targets.CheckClusterAsync(json.RootElement, errors, cancellation);
        var agent = Submission.Read(json.RootElement, organization, targets, errors);
        if (isDryRun && await agents.IsHostTakenAsync(agent, cancellation))
            return Problems.HostTaken();
        if (isDryRun)
            return await targets.AdmitAsync(organization, () => dryRun.AnswerAsync(agent, 1, running: null, cancellation), cancellation) ?? Problems.SingleOwner(targets.Reason);

        var once = key is null ? null : new IdempotentRequest(key, keys.Fingerprint(request, json.RootElement), Answer);
        if (await targets.AdmitAsync(organization, () => agents.CreateAsync(agent, once, cancellation), cancellation) is not { } result)
            return Problems.SingleOwner(targets.Reason);

        if (result is CreateResult.Created)
            await outbox.DispatchAsync(durable, CancellationToken.None);
        return result switch
        {
            CreateResult.Created created => new StoredResult(created.Response ?? Answer(created.Agent, created.Operation)),
            CreateResult.Replayed replayed => new StoredResult(replayed.Response, replayed: true),
            CreateResult.HostTaken => Problems.HostTaken(),
            _ => Problems.KeyReused(),
        };

        static StoredResponse Answer(Agent agent, Operation operation) => Accepted.Of(agent, operation, page: null);
    }
}
