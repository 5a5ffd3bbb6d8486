using MultiAgentInfra.Clients.Oci;
using MultiAgentInfra.Clients.Sqlite;
using MultiAgentInfra.Core.Deployments;

namespace MultiAgentInfra.Activities.Builds;

/// <summary>Lets the store decide which operation builds the runtime image of a plugin set.</summary>
[DurableTask(nameof(ClaimRuntimeImage))]
public sealed class ClaimRuntimeImageActivity(RuntimeImageStore images, ImageReader reader, StepRecorder recorder)
    : StepActivity<ClaimRuntimeImage, RuntimeClaim>(recorder)
{
    protected override async Task<StepResult<RuntimeClaim>> RunStepAsync(ClaimRuntimeImage input, CancellationToken cancellationToken)
    {
        var claim = await images.ClaimAsync(input.OperationId, input.PluginSetKey, input.Waited, cancellationToken);
        if (claim.Image is { } image && !await reader.HasImageAsync(new ImageReference(ImageNames.RuntimeRepository, image), cancellationToken))
        {
            await images.ForgetAsync(image, cancellationToken);
            claim = await images.ClaimAsync(input.OperationId, input.PluginSetKey, waited: false, cancellationToken);
        }

        return claim.State switch
        {
            RuntimeClaimState.Ready => new(claim, $"Uses {claim.Image}: {await VerdictAsync(claim, cancellationToken)}"),
            RuntimeClaimState.Claimed => new(claim, "This operation builds it."),
            RuntimeClaimState.InFlight => new(claim, "Waits for another operation that builds it.", Finished: false),
            _ => new(claim, $"The build failed in another operation: {claim.Cause}"),
        };
    }

    private async Task<string> VerdictAsync(RuntimeClaim claim, CancellationToken cancellationToken)
    {
        var image = await images.GetByDigestAsync(claim.Image!, cancellationToken);
        return image?.Verdict.Reason ?? "no verdict.";
    }
}
