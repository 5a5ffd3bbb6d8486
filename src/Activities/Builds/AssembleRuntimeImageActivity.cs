using MultiAgentInfra.Clients.Oci;
using MultiAgentInfra.Core.Deployments;

namespace MultiAgentInfra.Activities.Builds;

/// <summary>Assembles the runtime image without a daemon; it lies in quarantine until the gate has spoken.</summary>
[DurableTask(nameof(AssembleRuntimeImage))]
public sealed class AssembleRuntimeImageActivity(RuntimeImageBuilder builder, RuntimePlatform platform, BuildFolder folder, StepRecorder recorder)
    : StepActivity<AssembleRuntimeImage, BuiltImage>(recorder)
{
    protected override async Task<StepResult<BuiltImage>> RunStepAsync(AssembleRuntimeImage input, CancellationToken cancellationToken)
    {
        var source = new RuntimeImageSource(input.PluginSetKey, await platform.GetNodeVersionAsync(cancellationToken));
        var image = await builder.BuildAsync(folder.App(input.PluginSetKey), source, cancellationToken);
        return new(new BuiltImage(image.Digest, image.Size), $"{image.Digest}, in quarantine, local-only: no base image is configured.");
    }
}
