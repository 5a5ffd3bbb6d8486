using Microsoft.Extensions.Logging;
using MultiAgentInfra.Clients.Sqlite;
using MultiAgentInfra.Clients.Targets;
using MultiAgentInfra.Core.Deployments;

namespace MultiAgentInfra.Functions.Maintenance;

/// <summary>Stops the agents of this machine together with the control plane, for those who ask for it.</summary>
public sealed partial class LocalShutdown(AgentStore agents, IAgentTarget target, TimeProvider time, ILogger<LocalShutdown> logger)
{
    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(100);

    /// <summary>All at once: SIGTERM, ten seconds, SIGKILL.</summary>
    public async Task StopAgentsAsync()
    {
        var running = await agents.ListRunningAsync(target.Name, CancellationToken.None);
        await Task.WhenAll(running.Select(agent => StopAsync(agent.Id)));
    }

    private async Task StopAsync(Guid agentId)
    {
        if (await EndsAsync(agentId, kill: false, StepBudgets.Stop) || await EndsAsync(agentId, kill: true, StepBudgets.Kill))
            Log.Stopped(logger, agentId);
        else
            Log.NotStopped(logger, agentId);
    }

    private async Task<bool> EndsAsync(Guid agentId, bool kill, TimeSpan patience)
    {
        await target.SignalStopAsync(agentId, kill);
        var until = time.GetUtcNow() + patience;
        while (!(await target.InspectAsync(agentId)).IsGone)
        {
            if (time.GetUtcNow() >= until)
                return false;
            await Task.Delay(LookEvery, time, CancellationToken.None);
        }

        return true;
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Information, "Stopped the agent {agentId}")]
        public static partial void Stopped(ILogger logger, Guid agentId);

        [LoggerMessage(2, LogLevel.Error, "The agent {agentId} could not be stopped")]
        public static partial void NotStopped(ILogger logger, Guid agentId);
    }
}
