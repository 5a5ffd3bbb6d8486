using Microsoft.AspNetCore.Http;
using MultiAgentInfra.Clients.Sqlite;
using MultiAgentInfra.Clients.Targets;
using MultiAgentInfra.Core.Images;
using MultiAgentInfra.Functions.Http;
using MultiAgentInfra.Functions.Security;

namespace MultiAgentInfra.Functions;

/// <summary>What an agent itself has written.</summary>
public sealed class AgentLogFunctions(AgentStore agents, SecretStore secrets, IAgentTarget target, TimeProvider time)
{
    private const int SmallestPage = 1024;
    private const int DefaultPage = 64 * 1024;
    private const int LargestPage = 256 * 1024;

    [Function("GetAgentLogs")]
    public async Task<IResult> GetAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "agents/{id}/logs")] HttpRequest request, string id, FunctionContext context)
    {
        var cancellation = request.HttpContext.RequestAborted;
        var (after, limit) = (request.Whole("after", 0, long.MaxValue, 0), request.Whole("limit", SmallestPage, LargestPage, DefaultPage));
        if (!Guid.TryParseExact(id, "D", out var agentId) || await agents.GetAsync(request.Caller().OrganizationId, agentId, cancellation) is null)
            return Problems.NotFound("agent");

        var page = await LongPoll.LookAsync(
            request,
            context,
            time,
            () => target.ReadLogAsync(agentId, after, (int)limit, cancellation),
            seen => seen.Lines.Count > 0,
            token => target.AwaitLogAsync(agentId, after, token));
        var redactor = new SecretRedactor(await secrets.GetValuesAsync(agentId, cancellation));
        return Results.Json(new LogBody([.. page.Lines.Select(line => redactor.Redact(line.Text))], page.Next), WireJson.Default.LogBody);
    }
}
