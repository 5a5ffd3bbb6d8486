using Microsoft.AspNetCore.Http;
using MultiAgentInfra.Clients.Sqlite;
using MultiAgentInfra.Core;
using MultiAgentInfra.Functions.Http;

namespace MultiAgentInfra.Functions;

/// <summary>From a changed character to a new revision and its queued deployment.</summary>
public sealed class AgentUpdateFunctions(AgentStore agents, SecretStore secrets, TargetAdmission targets, ChangeAnswers answers)
{
    [Function("UpdateAgent")]
    public async Task<IResult> UpdateAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "put", Route = "agents/{id}")] HttpRequest request, string id, [DurableClient] DurableTaskClient durable)
    {
        if (await answers.FindAsync(request, id) is not { } agent)
            return Problems.NotFound("agent");

        var (version, cancellation) = (EntityTags.ExpectedVersion(request, agent), request.HttpContext.RequestAborted);
        var body = await JsonBody.ReadAsync(request, cancellation);
        var errors = new List<FieldError>();
        using var json = JsonBody.Parse(body, errors);
        await targets.CheckClusterAsync(json.RootElement, errors, cancellation);
        var known = await secrets.GetAllAsync(agent.Id, cancellation);
        var (update, removed) = Submission.ReadUpdate(json.RootElement, agent, known, targets, errors);
        return await answers.AnswerAsync(durable, await agents.UpdateAsync(update, removed, version, cancellation));
    }
}
