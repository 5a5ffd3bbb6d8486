using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using MultiAgentInfra.Clients;
using MultiAgentInfra.Clients.Sqlite;
using MultiAgentInfra.Clients.Targets;

namespace MultiAgentInfra.Functions.Maintenance;

/// <summary>At start: agents that outlived the last control plane stay as they are, those that are gone are deployed again.</summary>
public sealed partial class AgentAdoption(AgentStore agents, TargetOwnerStore owners, IAgentTarget target, ILogger<AgentAdoption> logger) : IHostedService
{
    // Those who look at the same time share the lists of a cluster.
    private const int MostAtOnce = 128;

    /// <exception cref="StartupException">There are agents of a target that is not configured any more, whom nobody would look after; or the target does not answer.</exception>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        if (await owners.CountElsewhereAsync(target.Name, cancellationToken) is > 0 and var elsewhere)
        {
            throw new StartupException(
                $"This configuration runs agents on the target '{target.Name}', and the data folder has {elsewhere} on another one. "
                + "Delete them with the configuration that made them, or use another data folder with --data.");
        }

        var options = new ParallelOptions { MaxDegreeOfParallelism = MostAtOnce, CancellationToken = cancellationToken };
        await Parallel.ForEachAsync(await agents.ListRunningAsync(target.Name, cancellationToken), options, async (agent, stop) => await AdoptAsync(agent.Id, stop));
    }

    private async Task AdoptAsync(Guid agentId, CancellationToken cancellationToken)
    {
        if (!(await InspectAsync(agentId, cancellationToken)).IsGone)
            Log.Adopted(logger, agentId);
        else if (await agents.RequestRedeploymentAsync(agentId, cancellationToken) is { } operation)
            Log.Redeployed(logger, agentId, operation.Id);
    }

    private async Task<AgentState> InspectAsync(Guid agentId, CancellationToken cancellationToken)
    {
        try
        {
            return await target.InspectAsync(agentId, cancellationToken);
        }
        catch (ApiException exception)
        {
            throw new StartupException($"Whether agents run cannot be seen: {exception.Message}", exception);
        }
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Information, "Adopted the running agent {agentId}")]
        public static partial void Adopted(ILogger logger, Guid agentId);

        [LoggerMessage(2, LogLevel.Warning, "The agent {agentId} is gone; it is deployed again by operation {operationId}")]
        public static partial void Redeployed(ILogger logger, Guid agentId, Guid operationId);
    }
}
