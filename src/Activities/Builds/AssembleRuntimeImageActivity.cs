using MultiAgentInfra.Clients.Builds;
using MultiAgentInfra.Core.Deployments;

namespace MultiAgentInfra.Activities.Builds;

/// <summary>Makes an image of what was installed; it lies in quarantine until the gate has spoken.</summary>
[DurableTask(nameof(AssembleRuntimeImage))]
public sealed class AssembleRuntimeImageActivity(IRuntimeBuilder builder, RuntimeKeys keys, BuildLog logs, StepRecorder recorder)
    : StepActivity<AssembleRuntimeImage, BuiltImage>(recorder)
{
    protected override async Task<StepResult<BuiltImage>> RunStepAsync(AssembleRuntimeImage input, CancellationToken cancellationToken)
    {
        await using var log = await logs.OpenAsync(input, cancellationToken);
        var image = await builder.AssembleAsync(await keys.RequireAsync(input.PluginSetKey, cancellationToken), log.Write, cancellationToken);
        var origin = await builder.GetOriginAsync(cancellationToken);
        var standing = origin.Base is { } below ? $"on {below}" : "local-only: no base image is configured";
        return new(new BuiltImage(image.Digest, image.Size), $"{image.Digest}, in quarantine, {standing}.");
    }
}
