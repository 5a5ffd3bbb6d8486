using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using MultiAgentInfra.Clients.Oci;
using MultiAgentInfra.Clients.Processes;
using MultiAgentInfra.Core.Images;

namespace MultiAgentInfra.Clients.Trivy;

/// <summary>Scans images with the Trivy of this machine (https://trivy.dev). Where it is missing or cannot finish the verdict is
/// <see cref="ScanOutcome.NotScanned"/> with the reason.</summary>
/// <param name="environment">The whole environment of Trivy, see <see cref="DefaultEnvironment"/>.</param>
public sealed partial class TrivyScanner(ProcessRunner processes, TrivyOptions options, TimeProvider time, IReadOnlyDictionary<string, string> environment)
{
    private const int MaxReportBytes = 64 * 1024 * 1024;
    private static readonly TimeSpan VersionTimeout = TimeSpan.FromSeconds(30);

    // 0.69.4 to 0.69.6 were published by an intruder: https://github.com/advisories/GHSA-69fq-xp46-6x23
    private static readonly Version LastCleanPatch = new(0, 69, 3);
    private static readonly Version FirstCleanMinor = new(0, 70, 0);

    /// <summary>The operator's Trivy settings and proxies, and nothing else of this process.</summary>
    public static IReadOnlyDictionary<string, string> DefaultEnvironment() => HostEnvironment.ForTool("TRIVY_", "XDG_CACHE_HOME", "SSL_CERT_FILE", "SSL_CERT_DIR");

    /// <summary>Scans one image of the layout, wherever it is listed.</summary>
    public async Task<ScanVerdict> ScanAsync(OciLayout layout, Digest image, CancellationToken cancellationToken)
    {
        if (FindProgram() is not { } program)
            return ScanVerdict.NotScanned("Trivy is not installed on this machine.");
        using var deadline = new CancellationTokenSource(options.Timeout + VersionTimeout, time);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, deadline.Token);
        try
        {
            var version = await ReadVersionAsync(program, layout.Root, stop.Token);
            if (version is null || (version < FirstCleanMinor && version != LastCleanPatch))
                return ScanVerdict.NotScanned($"Trivy {version?.ToString() ?? "of an unreadable version"} is not accepted: {LastCleanPatch}, or {FirstCleanMinor} and newer, are.");
            var result = await processes.RunAsync(Command(program, ScanArguments(layout, image), layout.Root), null, stop.Token);
            return result.ExitCode == 0
                ? TrivyReport.Parse(result.StdOut).Judge($"trivy {version}", options.FailOn)
                : ScanVerdict.NotScanned($"Trivy {version} failed with exit code {result.ExitCode}: {LastLine(result.StdErrTail)}");
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return ScanVerdict.NotScanned($"Trivy did not finish within {options.Timeout}.");
        }
        catch (Exception exception) when (exception is JsonException or OutputLimitException)
        {
            return ScanVerdict.NotScanned($"Trivy's report cannot be read: {exception.Message}");
        }
    }

    // The severities are named so that a setting of the operator's cannot hide findings from the gate.
    private string[] ScanArguments(OciLayout layout, Digest image) =>
    [
        "image", "--input", $"{layout.Root}@{image}", "--format", "json", "--scanners", "vuln,secret",
        "--severity", "UNKNOWN,LOW,MEDIUM,HIGH,CRITICAL", "--list-all-pkgs=false", "--exit-code", "0", "--no-progress", "--skip-version-check",
        "--disable-telemetry", "--timeout", string.Create(CultureInfo.InvariantCulture, $"{(int)options.Timeout.TotalSeconds}s"),
    ];

    private async Task<Version?> ReadVersionAsync(string program, string folder, CancellationToken cancellationToken)
    {
        using var deadline = new CancellationTokenSource(VersionTimeout, time);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, deadline.Token);
        var result = await processes.RunAsync(Command(program, ["--version"], folder), null, stop.Token);
        return VersionLine().Match(result.StdOut) is { Success: true } match ? Version.Parse(match.Groups[1].Value) : null;
    }

    private ProcessCommand Command(string program, string[] arguments, string folder) => new()
    {
        FileName = program,
        Arguments = arguments,
        WorkingDirectory = folder,
        Environment = environment,
        OutputLimitBytes = MaxReportBytes,
    };

    private string? FindProgram() =>
        environment.GetValueOrDefault("PATH", "").Split(':', StringSplitOptions.RemoveEmptyEntries)
            .Select(folder => Path.Combine(folder, "trivy")).FirstOrDefault(File.Exists);

    private static string LastLine(string text) =>
        text.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).LastOrDefault() is { } line
            ? line[..Math.Min(line.Length, 500)]
            : "it said nothing";

    [GeneratedRegex(@"^Version:\s*v?(\d+\.\d+\.\d+)", RegexOptions.Multiline)]
    private static partial Regex VersionLine();
}
