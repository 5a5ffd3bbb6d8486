using MultiAgentInfra.Clients.Builds;
using MultiAgentInfra.Clients.Oci;
using MultiAgentInfra.Core.Deployments;

namespace MultiAgentInfra.Activities.Builds;

/// <summary>Makes an image of what was installed; it lies in quarantine until the gate has spoken.</summary>
[DurableTask(nameof(AssembleRuntimeImage))]
public sealed class AssembleRuntimeImageActivity(
    IRuntimeBuilder builder, RuntimeKeys keys, RecordedImages registry, BuildLog logs, StepRecorder recorder)
    : StepActivity<AssembleRuntimeImage, BuiltImage>(recorder)
{
    protected override async Task<StepResult<BuiltImage>> RunStepAsync(AssembleRuntimeImage input, CancellationToken cancellationToken)
    {
        var build = await keys.RequireAsync(input.PluginSetKey, cancellationToken);
        if (await registry.FindQuarantinedAsync(build, cancellationToken) is { } earlier)
            return new(new BuiltImage(earlier.Digest, earlier.Size), $"{earlier.Digest}, which was in quarantine already.");

        await using var log = await logs.OpenAsync(input, cancellationToken);
        var image = await builder.AssembleAsync(build, log.Write, cancellationToken);
        await registry.RecordQuarantinedAsync(build, image.Digest, cancellationToken);
        var origin = await builder.GetOriginAsync(cancellationToken);
        var standing = origin.Base is { } below ? $"on {below}" : "local-only: no base image is configured";
        return new(new BuiltImage(image.Digest, image.Size), $"{image.Digest}, in quarantine, {standing}.");
    }
}
