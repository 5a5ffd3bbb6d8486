using MultiAgentInfra.Clients.Sqlite;
using MultiAgentInfra.Clients.Targets;
using MultiAgentInfra.Clients.Trivy;
using MultiAgentInfra.Core;
using MultiAgentInfra.Core.Deployments;

namespace MultiAgentInfra.Activities.Rollouts;

/// <summary>Writes the row that the health poller reads.</summary>
[DurableTask(nameof(RegisterMonitor))]
public sealed class RegisterMonitorActivity(
    IAgentTarget target, AgentStore agents, ScanGate gate, MonitorStore monitors, StepRecorder recorder)
    : StepActivity<RegisterMonitor, Done>(recorder)
{
    protected override async Task<StepResult<Done>> RunStepAsync(RegisterMonitor input, CancellationToken cancellationToken)
    {
        if (await target.InspectAsync(input.AgentId, cancellationToken) is not AgentState.Running running)
            throw new NonRetryableException("The agent no longer runs.");
        var url = running.Address;
        var scan = await gate.JudgeAsync(input.Runtime, cancellationToken);
        await agents.SetEndpointAsync(input.AgentId, url, input.Image, scan.Verdict, cancellationToken);
        await monitors.RegisterAsync(input.AgentId, url, cancellationToken);
        return Finished($"{url}health is polled.");
    }
}
