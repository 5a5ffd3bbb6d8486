using System.Text.Json;
using Microsoft.AspNetCore.Http;
using MultiAgentInfra.Clients.Sqlite;
using MultiAgentInfra.Core;
using MultiAgentInfra.Core.Operations;
using MultiAgentInfra.Functions.Http;

namespace MultiAgentInfra.Functions;

/// <summary>Agents that are there: stop, start, restart, scale; each is an operation.</summary>
public sealed class AgentLifecycleFunctions(AgentStore agents, ChangeAnswers answers)
{
    [Function("StopAgent")]
    public Task<IResult> StopAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "agents/{id}/stop")] HttpRequest request, string id, [DurableClient] DurableTaskClient durable) =>
        ChangeAsync(OperationKind.Stop, request, id, durable);

    [Function("StartAgent")]
    public Task<IResult> StartAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "agents/{id}/start")] HttpRequest request, string id, [DurableClient] DurableTaskClient durable) =>
        ChangeAsync(OperationKind.Start, request, id, durable);

    [Function("RestartAgent")]
    public Task<IResult> RestartAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "agents/{id}/restart")] HttpRequest request, string id, [DurableClient] DurableTaskClient durable) =>
        ChangeAsync(OperationKind.Restart, request, id, durable);

    [Function("ScaleAgent")]
    public async Task<IResult> ScaleAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "agents/{id}/scale")] HttpRequest request, string id, [DurableClient] DurableTaskClient durable)
    {
        if (await answers.FindAsync(request, id) is not { } agent)
            return Problems.NotFound("agent");

        var cancellation = request.HttpContext.RequestAborted;
        var errors = new List<FieldError>();
        using var json = JsonBody.Parse(await JsonBody.ReadAsync(request, cancellation), errors);
        var body = new ObjectReader(json.RootElement, "", errors);
        body.Required("replicas");
        var replicas = (int)body.Number("replicas", 1, DeploymentFields.MostReplicas, 1, whole: true);
        body.End();
        return errors.Count > 0
            ? Problems.Validation(errors)
            : await answers.AnswerOnceAsync(
                request, durable, agent, json.RootElement, once => agents.ScaleAsync(agent.OrganizationId, agent.Id, replicas, once, cancellation));
    }

    /// <summary>There is nothing to say but which agent: a body is not read.</summary>
    private async Task<IResult> ChangeAsync(OperationKind kind, HttpRequest request, string id, DurableTaskClient durable)
    {
        if (await answers.FindAsync(request, id) is not { } agent)
            return Problems.NotFound("agent");
        using var nothing = JsonDocument.Parse("{}");
        return await answers.AnswerOnceAsync(
            request, durable, agent, nothing.RootElement, once => agents.RequestAsync(kind, agent.OrganizationId, agent.Id, once, request.HttpContext.RequestAborted));
    }
}
