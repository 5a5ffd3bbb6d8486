using MultiAgentInfra.Clients.Targets;
using MultiAgentInfra.Core.Deployments;

namespace MultiAgentInfra.Activities.Rollouts;

/// <summary>Signals whatever runs of the agent, and looks once whether it is gone.</summary>
[DurableTask(nameof(StopAgent))]
public sealed class StopAgentActivity(IAgentTarget target, StepRecorder recorder) : StepActivity<StopAgent, AgentObservation>(recorder)
{
    protected override async Task<StepResult<AgentObservation>> RunStepAsync(StopAgent input, CancellationToken cancellationToken)
    {
        var state = await target.InspectAsync(input.AgentId, cancellationToken);
        if (state.IsGone)
            return new(new AgentObservation(Ready: false, Gone: true, Failure: null), "Nothing of the agent runs.");
        await target.SignalStopAsync(input.AgentId, input.Kill, cancellationToken);
        if (state is AgentState.Starting { IsAwaited: true } awaited)
            return new(new AgentObservation(Ready: false, Gone: false, Failure: null, Awaited: true), awaited.What, Finished: false);
        return new(new AgentObservation(Ready: false, Gone: false, Failure: null), input.Kill ? "Killed." : "Asked to stop.", Finished: false);
    }
}
