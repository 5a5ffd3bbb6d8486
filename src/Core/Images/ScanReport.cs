namespace MultiAgentInfra.Core.Images;

/// <summary>How bad a finding is, from the least to the worst.</summary>
public enum ScanSeverity
{
    Unknown,
    Low,
    Medium,
    High,
    Critical,
}

/// <summary>A known vulnerability of a package in an image.</summary>
/// <param name="Id">Such as <c>CVE-2026-33634</c>.</param>
/// <param name="Installed">The package's version in the image.</param>
/// <param name="FixedIn">The version, or versions, without it; null while there is none.</param>
public sealed record Vulnerability(string Id, string Package, string Installed, string? FixedIn, ScanSeverity Severity, string? Title, string? Url);

/// <summary>That a secret is in an image, by which rule and where; never what it is, nor the lines around it.</summary>
/// <param name="FirstLine">Counted from 1; 0 when it is not known.</param>
public sealed record LeakedSecret(string Rule, ScanSeverity Severity, string Path, int FirstLine, int LastLine);

/// <summary>What a scanner found in one image; which of it matters is a matter of <see cref="ScanPolicy"/>, and may change later.</summary>
/// <param name="DatabaseTime">When the scanner's database of vulnerabilities was made; null when it has none or does not say.</param>
/// <param name="Vulnerabilities">Each once per id, package and installed version, the worst first.</param>
public sealed record ScanReport(
    string Scanner,
    string Version,
    DateTimeOffset? DatabaseTime,
    DateTimeOffset ScannedAt,
    IReadOnlyList<Vulnerability> Vulnerabilities,
    IReadOnlyList<LeakedSecret> Secrets)
{
    /// <summary>A report whose vulnerabilities are in order and without repetitions.</summary>
    public static ScanReport Of(
        string scanner, string version, DateTimeOffset? databaseTime, DateTimeOffset scannedAt, IEnumerable<Vulnerability> found, IEnumerable<LeakedSecret> secrets)
    {
        var vulnerabilities = found
            .OrderByDescending(v => v.Severity)
            .ThenBy(v => v.Id, StringComparer.Ordinal)
            .ThenBy(v => v.Package, StringComparer.Ordinal)
            .ThenBy(v => v.Installed, StringComparer.Ordinal)
            .DistinctBy(v => (v.Id, v.Package, v.Installed));
        return new(scanner, version, databaseTime, scannedAt, [.. vulnerabilities], [.. secrets.Distinct()]);
    }
}

/// <summary>How a scan ended: with a report, or with the reason why there is none.</summary>
/// <param name="Failure">A sentence for people; null when there is a report.</param>
public sealed record ScanResult(ScanReport? Report, string? Failure)
{
    public static ScanResult Of(ScanReport report) => new(report, null);

    public static ScanResult NotScanned(string reason) => new(null, reason);
}
