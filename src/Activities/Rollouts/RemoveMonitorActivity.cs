using MultiAgentInfra.Clients.Sqlite;
using MultiAgentInfra.Core.Deployments;

namespace MultiAgentInfra.Activities.Rollouts;

/// <summary>Takes the agent from the health poller.</summary>
[DurableTask(nameof(RemoveMonitor))]
public sealed class RemoveMonitorActivity(MonitorStore monitors, StepRecorder recorder) : StepActivity<RemoveMonitor, Done>(recorder)
{
    protected override async Task<StepResult<Done>> RunStepAsync(RemoveMonitor input, CancellationToken cancellationToken)
    {
        await monitors.RemoveAsync(input.AgentId, cancellationToken);
        return Finished("No longer polled.");
    }
}
