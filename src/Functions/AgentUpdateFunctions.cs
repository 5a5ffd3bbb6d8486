using Microsoft.AspNetCore.Http;
using MultiAgentInfra.Clients.Sqlite;
using MultiAgentInfra.Core;
using MultiAgentInfra.Core.Agents;
using MultiAgentInfra.Functions.Http;

namespace MultiAgentInfra.Functions;

/// <summary>From a changed character to a new revision and its queued deployment.</summary>
public sealed class AgentUpdateFunctions(AgentStore agents, SecretStore secrets, TargetAdmission targets, ChangeAnswers answers, DryRun dryRun)
{
    [Function("UpdateAgent")]
    public async Task<IResult> UpdateAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "put", Route = "agents/{id}")] HttpRequest request, string id, [DurableClient] DurableTaskClient durable)
    {
        if (await answers.FindAsync(request, id) is not { } agent)
            return Problems.NotFound("agent");

        var (version, cancellation) = (EntityTags.ExpectedVersion(request, agent), request.HttpContext.RequestAborted);
        var isDryRun = request.Flag(DryRun.Parameter);
        var body = await JsonBody.ReadAsync(request, cancellation);
        var errors = new List<FieldError>();
        using var json = JsonBody.Parse(body, errors);
        await targets.CheckClusterAsync(json.RootElement, errors, cancellation);
        var known = await secrets.GetAllAsync(agent.Id, cancellation);
        var (update, removed) = Submission.ReadUpdate(json.RootElement, agent, known, targets, errors);
        if (!isDryRun)
            return await answers.AnswerAsync(durable, await agents.UpdateAsync(update, removed, version, cancellation));
        if (await agents.FindRefusalAsync(update, version, cancellation) is { } refusal)
            return await answers.AnswerAsync(durable, refusal);
        return await dryRun.AnswerAsync(Submission.Whole(update, known, removed), agent.Revision + 1, await FindRunningAsync(agent, cancellation), cancellation);
    }

    private async Task<RunningRevision?> FindRunningAsync(Agent agent, CancellationToken cancellationToken) =>
        agent.RunningRevision is { } number && await agents.GetRevisionAsync(agent.Id, number, cancellationToken) is { } revision
            ? new(revision, [.. (await secrets.GetAllAsync(agent.Id, number, cancellationToken)).Keys])
            : null;
}
