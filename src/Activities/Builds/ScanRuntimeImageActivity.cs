using MultiAgentInfra.Clients.Artifacts;
using MultiAgentInfra.Clients.Oci;
using MultiAgentInfra.Clients.Trivy;
using MultiAgentInfra.Core.Deployments;
using MultiAgentInfra.Core.Images;

namespace MultiAgentInfra.Activities.Builds;

/// <summary>Scans the quarantined image, keeps what was found, and judges it by the policy.</summary>
[DurableTask(nameof(ScanRuntimeImage))]
public sealed class ScanRuntimeImageActivity(IImageScanner scanner, IImageRegistry registry, ScanGate gate, OperationArtifacts artifacts, StepRecorder recorder)
    : StepActivity<ScanRuntimeImage, ScanVerdict>(recorder)
{
    protected override async Task<StepResult<ScanVerdict>> RunStepAsync(ScanRuntimeImage input, CancellationToken cancellationToken)
    {
        var source = await TrivySource.OfAsync(registry, ImageNames.QuarantineRepository, input.Image, cancellationToken);
        var result = await scanner.ScanAsync(source, cancellationToken);
        var judged = await gate.RecordAsync(input.Image, result, cancellationToken);
        await artifacts.PutAsync(input.OperationId, ScanDocument.Name, ScanDocument.MediaType, ScanDocument.Write(input.Image, judged), cancellationToken);
        return new(judged.Verdict, judged.Verdict.Summary);
    }
}
