using MultiAgentInfra.Core.Deployments;

namespace MultiAgentInfra.Activities.Rollouts;

/// <summary>Looks once whether the agent is up.</summary>
[DurableTask(nameof(CheckAgent))]
public sealed class CheckAgentActivity(AgentProbe probe, StepRecorder recorder) : StepActivity<CheckAgent, AgentObservation>(recorder)
{
    protected override Task<StepResult<AgentObservation>> RunStepAsync(CheckAgent input, CancellationToken cancellationToken) =>
        probe.LookAsync(input.AgentId, cancellationToken);
}
