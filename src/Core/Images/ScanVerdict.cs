namespace MultiAgentInfra.Core.Images;

/// <summary>What the gate said of a runtime image.</summary>
public enum ScanOutcome
{
    /// <summary>Nothing scanned it, and the policy lets such images through.</summary>
    NotScanned,
    Passed,
    Failed,
}

/// <summary>The verdict on one image: who scanned, what was found, and why the gate decided as it did. It is part of histories, so it stays
/// small and grows by optional members only.</summary>
/// <param name="Scanner">Name and version, such as <c>trivy 0.70.1</c>; null when nothing scanned.</param>
/// <param name="Reason">A sentence for people: why not scanned, or what failed.</param>
/// <param name="Excepted">How many vulnerabilities closed the gate if the policy made no exception for them.</param>
/// <param name="Policy">The digest of the policy that was applied.</param>
public sealed record ScanVerdict(
    ScanOutcome Outcome,
    string? Scanner,
    string Reason,
    int Critical,
    int High,
    int Medium,
    int Low,
    int Secrets,
    int Unknown = 0,
    int Excepted = 0,
    Digest? Policy = null)
{
    /// <summary>Outcome, counts and reason in one line.</summary>
    public string Summary => Scanner is null
        ? $"{(Outcome == ScanOutcome.NotScanned ? "not scanned" : "failed")}: {Reason}"
        : $"{(Outcome == ScanOutcome.Passed ? "passed" : "failed")} with {Critical} critical, {High} high, {Medium} medium, {Low} low, {Unknown} unknown and "
            + $"{Secrets} secrets ({Scanner}): {Reason}";

    public static ScanVerdict NotScanned(string reason) => new(ScanOutcome.NotScanned, null, reason, 0, 0, 0, 0, 0);
}
