using MultiAgentInfra.Clients.Builds;
using MultiAgentInfra.Clients.Oci;
using MultiAgentInfra.Clients.Sqlite;
using MultiAgentInfra.Core;
using MultiAgentInfra.Core.Deployments;
using MultiAgentInfra.Core.Images;

namespace MultiAgentInfra.Activities.Builds;

/// <summary>The gate: a failed verdict keeps the image in quarantine until housekeeping removes it.</summary>
[DurableTask(nameof(ReleaseRuntimeImage))]
public sealed class ReleaseRuntimeImageActivity(
    RecordedImages registry, RuntimeAttestations attestations, RuntimeImageStore images, BuildFolder folder, StepRecorder recorder)
    : StepActivity<ReleaseRuntimeImage, Done>(recorder)
{
    protected override async Task<StepResult<Done>> RunStepAsync(ReleaseRuntimeImage input, CancellationToken cancellationToken)
    {
        if (input.Verdict.Outcome == ScanOutcome.Failed)
            throw new NonRetryableException($"The scan policy refuses the image: {input.Verdict.Reason}");
        await attestations.AttestAsync(input, cancellationToken);
        var name = await registry.ReleaseAsync(input.Image.Digest, cancellationToken);
        await images.CompleteAsync(input.PluginSetKey, input.Image.Digest, input.Verdict, input.Sbom, cancellationToken);
        folder.Remove(input.PluginSetKey);
        return Finished($"{name} is {input.Image.Digest}.");
    }
}
