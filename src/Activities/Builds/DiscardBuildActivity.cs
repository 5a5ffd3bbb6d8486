using MultiAgentInfra.Clients.Builds;
using MultiAgentInfra.Core.Deployments;

namespace MultiAgentInfra.Activities.Builds;

/// <summary>Ends what a failed build left running, and removes what it left behind.</summary>
[DurableTask(nameof(DiscardBuild))]
public sealed class DiscardBuildActivity(IRuntimeBuilder builder, StepRecorder recorder)
    : StepActivity<DiscardBuild, Done>(recorder)
{
    protected override async Task<StepResult<Done>> RunStepAsync(DiscardBuild input, CancellationToken cancellationToken)
    {
        await builder.DiscardAsync(input.PluginSetKey, cancellationToken);
        return Finished("What the build left is gone.");
    }
}
