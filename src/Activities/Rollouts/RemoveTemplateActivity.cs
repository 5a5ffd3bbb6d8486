using MultiAgentInfra.Clients.Targets;
using MultiAgentInfra.Core.Deployments;

namespace MultiAgentInfra.Activities.Rollouts;

/// <summary>Takes the agent's layer and launch template off the target; its log stays readable.</summary>
[DurableTask(nameof(RemoveTemplate))]
public sealed class RemoveTemplateActivity(IAgentTarget target, StepRecorder recorder) : StepActivity<RemoveTemplate, Done>(recorder)
{
    protected override async Task<StepResult<Done>> RunStepAsync(RemoveTemplate input, CancellationToken cancellationToken)
    {
        await target.RemoveTemplateAsync(input.AgentId);
        return Finished("The launch template is gone.");
    }
}
