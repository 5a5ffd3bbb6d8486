using MultiAgentInfra.Clients.Artifacts;
using MultiAgentInfra.Clients.Sqlite;
using MultiAgentInfra.Clients.Targets;

namespace MultiAgentInfra.Functions.Maintenance;

/// <summary>Removes what nobody refers to any more, and bounds what grows: histories, answers kept for replays, layers of deleted agents, logs.</summary>
public sealed class Housekeeping(AgentStore agents, IAgentTarget target, OperationArtifacts artifacts, RetentionSweeper images, TimeProvider time)
{
    // A failed deployment's history holds the end of its agent's log; the operation keeps what people need of it.
    private static readonly TimeSpan HistoryKept = TimeSpan.FromDays(1);

    public async Task RunAsync(DurableTaskClient client, CancellationToken cancellationToken)
    {
        var ended = new PurgeInstancesFilter(
            CreatedTo: time.GetUtcNow() - HistoryKept,
            Statuses: [OrchestrationRuntimeStatus.Completed, OrchestrationRuntimeStatus.Failed, OrchestrationRuntimeStatus.Terminated]);
        await client.PurgeAllInstancesAsync(ended, cancellationToken);
        await agents.PurgeAsync(cancellationToken);
        await artifacts.RemoveOfDeletedAgentsAsync(cancellationToken);
        await images.SweepAsync(cancellationToken);
        target.TrimLogs();
    }
}
