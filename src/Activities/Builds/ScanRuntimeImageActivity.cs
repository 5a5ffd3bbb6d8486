using MultiAgentInfra.Clients.Oci;
using MultiAgentInfra.Clients.Trivy;
using MultiAgentInfra.Core.Deployments;
using MultiAgentInfra.Core.Images;

namespace MultiAgentInfra.Activities.Builds;

/// <summary>Scans the quarantined image, keeps what was found, and judges it by the policy.</summary>
[DurableTask(nameof(ScanRuntimeImage))]
public sealed class ScanRuntimeImageActivity(TrivyScanner scanner, OciLayout registry, ScanGate gate, StepRecorder recorder)
    : StepActivity<ScanRuntimeImage, ScanVerdict>(recorder)
{
    protected override async Task<StepResult<ScanVerdict>> RunStepAsync(ScanRuntimeImage input, CancellationToken cancellationToken)
    {
        var result = await scanner.ScanAsync(TrivySource.Layout(registry.Root, input.Image), cancellationToken);
        var verdict = (await gate.RecordAsync(input.Image, result, cancellationToken)).Verdict;
        return new(verdict, verdict.Summary);
    }
}
