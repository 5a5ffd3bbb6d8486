using MultiAgentInfra.Clients.Oci;
using MultiAgentInfra.Clients.Trivy;
using MultiAgentInfra.Core.Deployments;
using MultiAgentInfra.Core.Images;

namespace MultiAgentInfra.Activities.Builds;

/// <summary>Scans the quarantined image; where no scanner is installed the verdict says so.</summary>
[DurableTask(nameof(ScanRuntimeImage))]
public sealed class ScanRuntimeImageActivity(TrivyScanner scanner, OciLayout registry, StepRecorder recorder)
    : StepActivity<ScanRuntimeImage, ScanVerdict>(recorder)
{
    protected override async Task<StepResult<ScanVerdict>> RunStepAsync(ScanRuntimeImage input, CancellationToken cancellationToken)
    {
        var verdict = await scanner.ScanAsync(registry, input.Image, cancellationToken);
        return new(verdict, verdict.Outcome == ScanOutcome.NotScanned ? $"not scanned: {verdict.Reason}" : $"{verdict.Outcome}: {verdict.Reason}");
    }
}
