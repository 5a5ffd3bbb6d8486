using MultiAgentInfra.Clients.Npm;
using MultiAgentInfra.Core.Deployments;

namespace MultiAgentInfra.Activities.Builds;

/// <summary>Ends what a failed build left running, and removes its folder.</summary>
[DurableTask(nameof(DiscardBuild))]
public sealed class DiscardBuildActivity(NpmClient npm, BuildFolder folder, StepRecorder recorder)
    : StepActivity<DiscardBuild, Done>(recorder)
{
    protected override async Task<StepResult<Done>> RunStepAsync(DiscardBuild input, CancellationToken cancellationToken)
    {
        await npm.EndEarlierRunAsync(folder.Work(input.PluginSetKey));
        folder.Remove(input.PluginSetKey);
        return Finished("The build folder is gone.");
    }
}
