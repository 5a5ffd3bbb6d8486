using MultiAgentInfra.Clients.Oci;
using MultiAgentInfra.Core.Deployments;

namespace MultiAgentInfra.Activities.Builds;

/// <summary>Assembles the runtime image without a daemon; it lies in quarantine until the gate has spoken.</summary>
[DurableTask(nameof(AssembleRuntimeImage))]
public sealed class AssembleRuntimeImageActivity(RuntimeImageBuilder builder, BuildFolder folder, StepRecorder recorder)
    : StepActivity<AssembleRuntimeImage, BuiltImage>(recorder)
{
    protected override async Task<StepResult<BuiltImage>> RunStepAsync(AssembleRuntimeImage input, CancellationToken cancellationToken)
    {
        var image = await builder.BuildAsync(
            folder.App(input.PluginSetKey), new RuntimeImageSource(input.PluginSetKey), cancellationToken);
        return new(new BuiltImage(image.Digest), $"{image.Digest}, in quarantine, local-only: no base image is configured.");
    }
}
