using Microsoft.Extensions.Logging;
using MultiAgentInfra.Clients;
using MultiAgentInfra.Clients.Sqlite;
using MultiAgentInfra.Clients.Targets;
using MultiAgentInfra.Core.Agents;
using MultiAgentInfra.Core.Images;

namespace MultiAgentInfra.Functions.Maintenance;

/// <summary>Asks every watched agent for its health and notes the answer.</summary>
public sealed partial class HealthPoller(MonitorStore monitors, SecretStore secrets, IAgentTarget target, TimeProvider time, ILogger<HealthPoller> logger)
{
    private const int MostAtOnce = 128;

    public async Task PollAsync(CancellationToken cancellationToken)
    {
        var watched = await monitors.ListAsync(cancellationToken);
        var began = time.GetUtcNow();
        var options = new ParallelOptions { MaxDegreeOfParallelism = MostAtOnce, CancellationToken = cancellationToken };
        await Parallel.ForEachAsync(watched, options, async (monitor, stop) => await LookAsync(monitor, began, stop));
    }

    private async Task LookAsync(AgentMonitor monitor, DateTimeOffset began, CancellationToken cancellationToken)
    {
        var words = await ReasonAsync(monitor.AgentId, began, cancellationToken);
        // What an operation has stopped is not ill; the operation tells what becomes of it.
        if (words is not null && monitor.IsChanging)
            return;
        // The words of others may quote a secret.
        var reason = words is null ? null : SecretRedactor.Redact(words, await secrets.GetValuesAsync(monitor.AgentId, cancellationToken));
        var failures = reason is null ? 0 : (monitor.Health?.Failures ?? 0) + 1;
        await monitors.RecordAsync(monitor.AgentId, new AgentHealth(reason is null, time.GetUtcNow(), failures, reason), cancellationToken);
        if (monitor.Health?.Healthy == (reason is null))
            return;

        if (reason is null)
            Log.Healthy(logger, monitor.AgentId);
        else
            Log.Unhealthy(logger, monitor.AgentId, reason);
    }

    /// <returns>Why it is not healthy; null when it is.</returns>
    private async Task<string?> ReasonAsync(Guid agentId, DateTimeOffset began, CancellationToken cancellationToken)
    {
        try
        {
            var state = await target.InspectAsync(agentId, since: began, cancellationToken);
            if (state is not AgentState.Running running)
                return state.Explanation;
            var health = await target.GetHealthAsync(agentId, running, token: null, cancellationToken);
            return health.IsHealthy ? null : health.Reason;
        }
        // A target that does not answer must not keep the others from being looked at.
        catch (ApiException exception)
        {
            return exception.Message;
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Information, "Agent {agentId} is healthy")]
        public static partial void Healthy(ILogger logger, Guid agentId);

        [LoggerMessage(2, LogLevel.Warning, "Agent {agentId} is not healthy: {reason}")]
        public static partial void Unhealthy(ILogger logger, Guid agentId, string reason);
    }
}
