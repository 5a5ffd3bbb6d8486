using Microsoft.Extensions.Logging;
using MultiAgentInfra.Clients.Eliza;
using MultiAgentInfra.Clients.Sqlite;
using MultiAgentInfra.Core.Agents;

namespace MultiAgentInfra.Functions.Maintenance;

/// <summary>Asks every watched agent for its health and notes the answer.</summary>
public sealed partial class HealthPoller(MonitorStore monitors, ElizaClient eliza, TimeProvider time, ILogger<HealthPoller> logger)
{
    private const int MostAtOnce = 16;

    public async Task PollAsync(CancellationToken cancellationToken)
    {
        var watched = await monitors.ListAsync(cancellationToken);
        var options = new ParallelOptions { MaxDegreeOfParallelism = MostAtOnce, CancellationToken = cancellationToken };
        await Parallel.ForEachAsync(watched, options, async (monitor, stop) => await LookAsync(monitor, stop));
    }

    private async Task LookAsync(AgentMonitor monitor, CancellationToken cancellationToken)
    {
        var reason = await ReasonAsync(monitor.Url, cancellationToken);
        var failures = reason is null ? 0 : (monitor.Health?.Failures ?? 0) + 1;
        await monitors.RecordAsync(monitor.AgentId, new AgentHealth(reason is null, time.GetUtcNow(), failures, reason), cancellationToken);
        if (monitor.Health?.Healthy == (reason is null))
            return;

        if (reason is null)
            Log.Healthy(logger, monitor.AgentId);
        else
            Log.Unhealthy(logger, monitor.AgentId, reason);
    }

    // The client has its own timeout, and a failure is a value.
    private async Task<string?> ReasonAsync(Uri url, CancellationToken cancellationToken) =>
        await eliza.GetHealthAsync(url.Port, cancellationToken) is { IsHealthy: false } health ? health.Reason : null;

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Information, "Agent {agentId} is healthy")]
        public static partial void Healthy(ILogger logger, Guid agentId);

        [LoggerMessage(2, LogLevel.Warning, "Agent {agentId} is not healthy: {reason}")]
        public static partial void Unhealthy(ILogger logger, Guid agentId, string reason);
    }
}
