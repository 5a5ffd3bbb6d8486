using MultiAgentInfra.Clients.Sqlite;
using MultiAgentInfra.Clients.Trivy;
using MultiAgentInfra.Core.Images;

namespace MultiAgentInfra.Functions.Http;

/// <summary>The scan of an image on the wire; <paramref name="Runtime"/> is the image that was scanned where it is another one.</summary>
public sealed record ImageScanBody(
    string Image,
    string Kind,
    string? Runtime,
    string Outcome,
    string Reason,
    ScanPolicyBody Policy,
    string? Scanner,
    string? Version,
    DateTimeOffset? DatabaseTime,
    DateTimeOffset? ScannedAt,
    ScanCountsBody Counts,
    ScanFindingsBody Findings,
    LayerScanBody? LayerScan)
{
    public static ImageScanBody Of(PushedImage image, JudgedScan judged, ScanReport? layer) => new(
        image.Digest.Value,
        image.Kind.ToString(),
        image.Runtime?.Value,
        judged.Verdict.Outcome.ToString(),
        judged.Verdict.Reason,
        new(judged.Policy.Policy.Digest.Value, judged.Policy.Source),
        judged.Scan.Report?.Scanner,
        judged.Scan.Report?.Version,
        judged.Scan.Report?.DatabaseTime,
        judged.Scan.Report?.ScannedAt,
        ScanCountsBody.Of(judged.Verdict),
        ScanFindingsBody.Of(judged.Scan.Report),
        layer is null ? null : new(layer.Scanner, layer.Version, layer.ScannedAt, layer.Secrets.Count));
}

/// <summary>Which policy was applied: the digest of its text, and whether it is the shipped one or a file.</summary>
public sealed record ScanPolicyBody(string Digest, string Source);

/// <summary>How much was found, and for how many vulnerabilities that would close the gate the policy makes an exception.</summary>
public sealed record ScanCountsBody(int Critical, int High, int Medium, int Low, int Unknown, int Secrets, int Excepted)
{
    public static ScanCountsBody Of(ScanVerdict verdict) =>
        new(verdict.Critical, verdict.High, verdict.Medium, verdict.Low, verdict.Unknown, verdict.Secrets, verdict.Excepted);
}

/// <summary>What was found: all secrets and the worst vulnerabilities, up to 1000 of each; <paramref name="Total"/> counts all.</summary>
public sealed record ScanFindingsBody(int Total, IReadOnlyList<VulnerabilityBody> Vulnerabilities, IReadOnlyList<LeakedSecretBody> Secrets)
{
    private const int MostListed = 1000;

    public static ScanFindingsBody Of(ScanReport? report) => report is null ? new(0, [], []) : new(
        report.Vulnerabilities.Count + report.Secrets.Count,
        [.. report.Vulnerabilities.Take(MostListed).Select(VulnerabilityBody.Of)],
        [.. report.Secrets.Take(MostListed).Select(LeakedSecretBody.Of)]);
}

/// <summary>A vulnerability; <paramref name="FixedIn"/> is null while there is no fix.</summary>
public sealed record VulnerabilityBody(string Id, string Package, string Installed, string? FixedIn, string Severity, string? Title, string? Url)
{
    public static VulnerabilityBody Of(Vulnerability found) =>
        new(found.Id, found.Package, found.Installed, found.FixedIn, found.Severity.ToString(), found.Title, found.Url);
}

/// <summary>That a secret is in a file of the image, never what it is.</summary>
public sealed record LeakedSecretBody(string Rule, string Severity, string Path, int FirstLine, int LastLine)
{
    public static LeakedSecretBody Of(LeakedSecret found) => new(found.Rule, found.Severity.ToString(), found.Path, found.FirstLine, found.LastLine);
}

/// <summary>The search for secrets in the layer of an agent image; one with any is never made.</summary>
public sealed record LayerScanBody(string Scanner, string Version, DateTimeOffset ScannedAt, int Secrets);
