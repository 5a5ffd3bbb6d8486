using System.Text.Json;
using Microsoft.AspNetCore.Http;
using MultiAgentInfra.Clients.Sqlite;
using MultiAgentInfra.Core.Agents;
using MultiAgentInfra.Core.Operations;

namespace MultiAgentInfra.Functions.Http;

/// <summary>The 202 of an operation.</summary>
internal static class Accepted
{
    public const string RetryAfterSeconds = "2";

    public static StoredResponse Of(Agent agent, Operation operation, Uri? page)
    {
        var body = new AcceptedBody(agent.Id, AgentBody.StatusOf(agent), OperationBody.Of(operation, [], page), agent.Warnings, AgentLinks.Of(agent, page));
        var headers = new Dictionary<string, string>
        {
            ["Location"] = Links.Agent(agent.Id),
            ["Operation-Location"] = Links.Operation(operation.Id),
            ["Retry-After"] = RetryAfterSeconds,
        };
        return new(StatusCodes.Status202Accepted, headers, JsonSerializer.Serialize(body, WireJson.Default.AcceptedBody));
    }
}
