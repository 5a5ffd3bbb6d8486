using System.Text.Json;
using MultiAgentInfra.Core.Images;

namespace MultiAgentInfra.Clients.Trivy;

/// <summary>What is read of a report (https://trivy.dev/latest/docs/configuration/reporting/). The lines around a secret, which Trivy prints
/// in clear, and the image's environment are not.</summary>
internal sealed record TrivyReport(int SchemaVersion, TrivyReport.Program? Trivy, IReadOnlyList<TrivyReport.Result>? Results)
{
    private const int LongestText = 300;

    /// <exception cref="JsonException">The text is no report of schema version 2.</exception>
    public static TrivyReport Parse(string json) =>
        JsonSerializer.Deserialize<TrivyReport>(json) is { SchemaVersion: 2 } report
            ? report
            : throw new JsonException("The report is not of schema version 2.");

    /// <param name="local">Of the program that made the report; a server that it asked has the database instead.</param>
    public ScanReport Normalize(TrivyVersion local, DateTimeOffset scannedAt) => ScanReport.Of(
        "trivy",
        local.Version ?? "",
        (Trivy?.Server ?? local).VulnerabilityDB?.UpdatedAt,
        scannedAt,
        from result in Results ?? []
        from found in result.Vulnerabilities ?? []
        select new Vulnerability(
            Clean(found.VulnerabilityID),
            Clean(found.PkgName),
            Clean(found.InstalledVersion),
            string.IsNullOrWhiteSpace(found.FixedVersion) ? null : Clean(found.FixedVersion),
            SeverityOf(found.Severity),
            found.Title is null ? null : Clean(found.Title),
            found.PrimaryURL is null ? null : Clean(found.PrimaryURL)),
        from result in Results ?? []
        from found in result.Secrets ?? []
        select new LeakedSecret(Clean(found.RuleID), SeverityOf(found.Severity), Clean(result.Target), found.StartLine, found.EndLine));

    // Names and paths are whatever the image says: they go to logs, and must not begin a line of their own there.
    private static string Clean(string? text)
    {
        var line = string.Concat((text ?? "").Select(c => char.IsControl(c) ? ' ' : c)).Trim();
        return line.Length <= LongestText ? line : $"{line[..LongestText]}…";
    }

    private static ScanSeverity SeverityOf(string? text) => text switch
    {
        "CRITICAL" => ScanSeverity.Critical,
        "HIGH" => ScanSeverity.High,
        "MEDIUM" => ScanSeverity.Medium,
        "LOW" => ScanSeverity.Low,
        _ => ScanSeverity.Unknown,
    };

    internal sealed record Program(TrivyVersion? Server);

    internal sealed record Result(string? Target, IReadOnlyList<Found>? Vulnerabilities, IReadOnlyList<FoundSecret>? Secrets);

    internal sealed record Found(
        string? VulnerabilityID, string? PkgName, string? InstalledVersion, string? FixedVersion, string? Severity, string? Title, string? PrimaryURL);

    internal sealed record FoundSecret(string? RuleID, string? Severity, int StartLine, int EndLine);
}
