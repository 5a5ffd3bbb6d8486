using System.Globalization;

namespace MultiAgentInfra.Clients.Trivy;

/// <summary>What every scan tells Trivy. All that decides what is found is said here; the exit code says only whether the scan went well, because the
/// policy judges the report.</summary>
internal static class TrivyArguments
{
    /// <param name="secretRules">The file with rules for secrets, where Trivy sees it.</param>
    public static IReadOnlyList<string> Of(TrivyOptions options, string secretRules) =>
    [
        "image", "--format", "json", "--scanners", "vuln,secret", "--image-config-scanners", "secret", "--severity", "UNKNOWN,LOW,MEDIUM,HIGH,CRITICAL",
        "--secret-config", secretRules, "--list-all-pkgs=false", "--exit-code", "0", "--no-progress", "--skip-version-check", "--disable-telemetry",
        "--timeout", string.Create(CultureInfo.InvariantCulture, $"{(int)options.Timeout.TotalSeconds}s"),
    ];
}
