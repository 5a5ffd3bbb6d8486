using MultiAgentInfra.Core.Deployments;

namespace MultiAgentInfra.Activities.Rollouts;

/// <summary>Looks once whether the agent is still up during its hold time.</summary>
[DurableTask(nameof(HoldAgent))]
public sealed class HoldAgentActivity(AgentProbe probe, StepRecorder recorder) : StepActivity<HoldAgent, AgentObservation>(recorder)
{
    protected override async Task<StepResult<AgentObservation>> RunStepAsync(HoldAgent input, CancellationToken cancellationToken)
    {
        var look = await probe.LookAsync(input.AgentId, cancellationToken);
        return look with { Finished = look.Finished && input.Last };
    }
}
