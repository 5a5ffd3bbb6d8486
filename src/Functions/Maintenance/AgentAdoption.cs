using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using MultiAgentInfra.Clients.Local;
using MultiAgentInfra.Clients.Sqlite;

namespace MultiAgentInfra.Functions.Maintenance;

/// <summary>At start: agents whose processes outlived the last control plane stay as they are, those whose processes are gone are deployed again.</summary>
public sealed partial class AgentAdoption(AgentStore agents, LocalTarget target, ILogger<AgentAdoption> logger) : IHostedService
{
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        foreach (var agent in await agents.ListRunningAsync(TargetAdmission.Local, cancellationToken))
        {
            if (await target.InspectAsync(agent.Id) is LocalAgentState.Running)
                Log.Adopted(logger, agent.Id);
            else if (await agents.RequestRedeploymentAsync(agent.Id, cancellationToken) is { } operation)
                Log.Redeployed(logger, agent.Id, operation.Id);
        }
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Information, "Adopted the running agent {agentId}")]
        public static partial void Adopted(ILogger logger, Guid agentId);

        [LoggerMessage(2, LogLevel.Warning, "The process of agent {agentId} is gone; it is deployed again by operation {operationId}")]
        public static partial void Redeployed(ILogger logger, Guid agentId, Guid operationId);
    }
}
