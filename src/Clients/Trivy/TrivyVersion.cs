using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace MultiAgentInfra.Clients.Trivy;

/// <summary>What <c>trivy version --format json</c> prints, and what a report says of the server that Trivy asked.</summary>
internal sealed partial record TrivyVersion(string? Version, TrivyVersion.Database? VulnerabilityDB)
{
    // 0.69.4 to 0.69.6 were published by an intruder: https://github.com/advisories/GHSA-69fq-xp46-6x23
    private static readonly Version LastCleanPatch = new(0, 69, 3);
    private static readonly Version FirstCleanMinor = new(0, 70, 0);

    /// <summary>Which versions are run, for people.</summary>
    public static string Accepted { get; } = string.Create(CultureInfo.InvariantCulture, $"{LastCleanPatch}, or {FirstCleanMinor} and newer, are");

    public bool IsAccepted => Number is { } number && (number >= FirstCleanMinor || number == LastCleanPatch);

    private Version? Number => Version is not null && Pattern().Match(Version) is { Success: true } match ? System.Version.Parse(match.Groups[1].ValueSpan) : null;

    /// <exception cref="JsonException">The text is none of Trivy's.</exception>
    public static TrivyVersion Parse(string json) => JsonSerializer.Deserialize<TrivyVersion>(json) ?? throw new JsonException("Trivy told no version.");

    [GeneratedRegex(@"\Av?([0-9]{1,5}\.[0-9]{1,5}\.[0-9]{1,5})\z", RegexOptions.NonBacktracking)]
    private static partial Regex Pattern();

    internal sealed record Database(DateTimeOffset? UpdatedAt);
}
