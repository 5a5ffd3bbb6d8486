namespace MultiAgentInfra.Core.Images;

/// <summary>What the gate said of a runtime image.</summary>
public enum ScanOutcome
{
    NotScanned,
    Passed,
    Failed,
}

/// <summary>The verdict on one image: who scanned, what was found, and why the gate decided as it did.</summary>
/// <param name="Scanner">Name and version, such as <c>trivy 0.70.1</c>; null when nothing scanned.</param>
/// <param name="Reason">A sentence for people: why not scanned, or what failed.</param>
public sealed record ScanVerdict(ScanOutcome Outcome, string? Scanner, string Reason, int Critical, int High, int Medium, int Low, int Secrets)
{
    public static ScanVerdict NotScanned(string reason) => new(ScanOutcome.NotScanned, null, reason, 0, 0, 0, 0, 0);
}
