using System.Globalization;

namespace MultiAgentInfra.Core.Images;

/// <summary>A vulnerability that somebody has decided to live with for a while.</summary>
/// <param name="Id">Such as <c>CVE-2026-33634</c>; upper and lower case are one.</param>
/// <param name="Package">The only package that is meant; null for any.</param>
/// <param name="Owner">Who answers for it.</param>
/// <param name="Expires">The last day on which it counts, in UTC.</param>
public sealed record ScanExemption(string Id, string? Package, string Owner, string Reason, DateOnly Expires)
{
    public bool Covers(Vulnerability vulnerability) =>
        string.Equals(Id, vulnerability.Id, StringComparison.OrdinalIgnoreCase) && (Package is null || Package == vulnerability.Package);

    public bool HasExpired(DateTimeOffset now) => DateOnly.FromDateTime(now.UtcDateTime) > Expires;
}

/// <summary>What closes the gate. It is data: the same report judged under another policy has another verdict, and no new scan is needed.</summary>
/// <param name="Severities">Those that close the gate.</param>
/// <param name="OnlyFixable">Only vulnerabilities that have a fix count.</param>
/// <param name="RequiresScan">An image that nothing has scanned fails; otherwise it passes as <see cref="ScanOutcome.NotScanned"/>.</param>
/// <param name="Digest">Of the text that the policy was read from.</param>
public sealed record ScanPolicy(
    IReadOnlySet<ScanSeverity> Severities, bool OnlyFixable, bool RequiresScan, IReadOnlyList<ScanExemption> Exemptions, Digest Digest)
{
    private const int NamedFindings = 3;

    /// <summary>The verdict. A secret in the image fails it under every policy, and no exemption covers one.</summary>
    public ScanVerdict Judge(ScanResult scan, DateTimeOffset now)
    {
        if (scan.Report is not { } report)
            return JudgeUnscanned(scan.Failure ?? "Nothing has scanned the image.");

        var refused = report.Vulnerabilities.Where(IsRefused).ToList();
        var excepted = refused.Where(v => Exemptions.Any(e => e.Covers(v) && !e.HasExpired(now))).ToHashSet();
        var blocking = refused.Where(v => !excepted.Contains(v)).ToList();
        var expired = Exemptions.Where(e => e.HasExpired(now) && blocking.Any(e.Covers)).ToList();
        return new(
            report.Secrets.Count + blocking.Count == 0 ? ScanOutcome.Passed : ScanOutcome.Failed,
            $"{report.Scanner} {report.Version}",
            Explain(report.Secrets, blocking, excepted.Count, expired),
            Count(ScanSeverity.Critical),
            Count(ScanSeverity.High),
            Count(ScanSeverity.Medium),
            Count(ScanSeverity.Low),
            report.Secrets.Count,
            Count(ScanSeverity.Unknown),
            excepted.Count,
            Digest);

        int Count(ScanSeverity severity) => report.Vulnerabilities.Count(v => v.Severity == severity);
    }

    private ScanVerdict JudgeUnscanned(string reason) => RequiresScan
        ? ScanVerdict.NotScanned($"{reason} The policy lets no image through that was not scanned.") with { Outcome = ScanOutcome.Failed, Policy = Digest }
        : ScanVerdict.NotScanned(reason) with { Policy = Digest };

    private bool IsRefused(Vulnerability vulnerability) =>
        Severities.Contains(vulnerability.Severity) && !(OnlyFixable && vulnerability.FixedIn is null);

    private static string Explain(IReadOnlyList<LeakedSecret> secrets, List<Vulnerability> blocking, int excepted, List<ScanExemption> expired)
    {
        var sentences = new List<string>();
        if (secrets.Count > 0)
            sentences.Add($"The image holds secrets: {Name(secrets.Select(s => $"{s.Rule} in {s.Path}"))}.");
        if (blocking.Count > 0)
            sentences.Add($"The image holds vulnerabilities that the policy refuses: {Name(blocking.Select(Describe))}.");
        if (sentences.Count == 0)
            sentences.Add("Nothing was found that closes the gate.");
        if (excepted > 0)
            sentences.Add($"The policy makes an exception for {excepted}.");
        if (expired.Count > 0)
            sentences.Add($"Expired exceptions: {Name(expired.Select(e => string.Create(CultureInfo.InvariantCulture, $"{e.Id} of {e.Owner}, until {e.Expires:yyyy-MM-dd}")))}.");
        return string.Join(' ', sentences);
    }

    private static string Describe(Vulnerability vulnerability) =>
        $"{vulnerability.Id} in {vulnerability.Package} {vulnerability.Installed} "
        + $"({vulnerability.Severity.ToString().ToLowerInvariant()}, {(vulnerability.FixedIn is { } version ? $"fixed in {version}" : "no fix")})";

    private static string Name(IEnumerable<string> findings)
    {
        var all = findings.ToList();
        return string.Join("; ", all.Take(NamedFindings)) + (all.Count > NamedFindings ? $"; and {all.Count - NamedFindings} more" : "");
    }
}
