using MultiAgentInfra.Clients.Oci;
using MultiAgentInfra.Clients.Sqlite;
using MultiAgentInfra.Clients.Trivy;
using MultiAgentInfra.Core.Deployments;
using MultiAgentInfra.Core.Images;

namespace MultiAgentInfra.Activities.Builds;

/// <summary>Lets the store decide which operation builds the runtime image of a plugin set.</summary>
[DurableTask(nameof(ClaimRuntimeImage))]
public sealed class ClaimRuntimeImageActivity(RuntimeImageStore images, ImageReader reader, ScanGate gate, StepRecorder recorder)
    : StepActivity<ClaimRuntimeImage, RuntimeClaim>(recorder)
{
    protected override async Task<StepResult<RuntimeClaim>> RunStepAsync(ClaimRuntimeImage input, CancellationToken cancellationToken)
    {
        var claim = await images.ClaimAsync(input.OperationId, input.PluginSetKey, input.Waited, cancellationToken);
        if (claim.Image is { } image)
        {
            var judged = await gate.JudgeAsync(image, cancellationToken);
            var refused = judged.Verdict.Outcome == ScanOutcome.Failed;
            // One that nothing has scanned cannot be let through by looking again: it is built and scanned like a new one.
            if ((!refused || judged.Scan.Report is not null) && await reader.HasImageAsync(new(ImageNames.RuntimeRepository, image), cancellationToken))
                return refused ? Refused(judged.Verdict) : new(claim, $"Uses {image}: {judged.Verdict.Summary}");
            await images.ForgetAsync(image, cancellationToken);
            claim = await images.ClaimAsync(input.OperationId, input.PluginSetKey, waited: false, cancellationToken);
        }

        return claim.State switch
        {
            RuntimeClaimState.Claimed => new(claim, "This operation builds it."),
            RuntimeClaimState.InFlight => new(claim, "Waits for another operation that builds it.", Finished: false),
            RuntimeClaimState.Ready => new(claim, $"Uses {claim.Image}, which another operation has just built."),
            _ => new(claim, $"The build failed in another operation: {claim.Cause}"),
        };
    }

    private static StepResult<RuntimeClaim> Refused(ScanVerdict verdict)
    {
        var cause = $"The scan policy refuses the image: {verdict.Reason}";
        return new(new RuntimeClaim(RuntimeClaimState.Failed, null, cause), cause);
    }
}
