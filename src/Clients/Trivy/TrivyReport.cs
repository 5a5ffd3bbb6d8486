using System.Text.Json;
using MultiAgentInfra.Core.Images;

namespace MultiAgentInfra.Clients.Trivy;

/// <summary>What the gate needs of a report (https://trivy.dev/latest/docs/configuration/reporting/). The lines around a secret, which
/// Trivy prints in clear, are not read.</summary>
internal sealed record TrivyReport(int SchemaVersion, IReadOnlyList<TrivyReport.Result>? Results)
{
    private const int NamedFindings = 3;

    /// <exception cref="JsonException">The text is no report of schema version 2.</exception>
    public static TrivyReport Parse(string json) =>
        JsonSerializer.Deserialize<TrivyReport>(json) is { SchemaVersion: 2 } report
            ? report
            : throw new JsonException("The report is not of schema version 2.");

    public ScanVerdict Judge(string scanner, TrivySeverity failOn)
    {
        var vulnerabilities = (Results ?? []).SelectMany(r => r.Vulnerabilities ?? []).DistinctBy(v => (v.VulnerabilityID, v.PkgName, v.InstalledVersion)).ToList();
        var secrets = (Results ?? []).SelectMany(r => r.Secrets ?? [], (r, s) => $"{s.RuleID} in {r.Target}").ToList();
        var blocking = vulnerabilities.Where(v => v.Rank >= failOn && !string.IsNullOrEmpty(v.FixedVersion)).ToList();
        var outcome = secrets.Count + blocking.Count == 0 ? ScanOutcome.Passed : ScanOutcome.Failed;
        return new(outcome, scanner, Explain(secrets, blocking), Count(TrivySeverity.Critical), Count(TrivySeverity.High),
            Count(TrivySeverity.Medium), Count(TrivySeverity.Low), secrets.Count);

        int Count(TrivySeverity severity) => vulnerabilities.Count(v => v.Rank == severity);
    }

    private static string Explain(List<string> secrets, List<Vulnerability> blocking)
    {
        if (secrets.Count > 0)
            return $"The image holds secrets: {Name(secrets)}.";
        return blocking.Count == 0
            ? "Nothing was found that closes the gate."
            : $"The image holds vulnerabilities that have a fix: {Name([.. blocking.Select(v => $"{v.VulnerabilityID} in {v.PkgName} {v.InstalledVersion} (fixed in {v.FixedVersion})")])}.";
    }

    private static string Name(List<string> findings) =>
        string.Join("; ", findings.Take(NamedFindings)) + (findings.Count > NamedFindings ? $"; and {findings.Count - NamedFindings} more" : "");

    internal sealed record Result(string? Target, IReadOnlyList<Vulnerability>? Vulnerabilities, IReadOnlyList<Secret>? Secrets);

    internal sealed record Vulnerability(string? VulnerabilityID, string? PkgName, string? InstalledVersion, string? FixedVersion, string? Severity)
    {
        public TrivySeverity Rank => Enum.TryParse<TrivySeverity>(Severity, ignoreCase: true, out var rank) ? rank : TrivySeverity.Unknown;
    }

    internal sealed record Secret(string? RuleID);
}
