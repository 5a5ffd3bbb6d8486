using System.Text.Json;
using MultiAgentInfra.Clients.Processes;
using MultiAgentInfra.Core.Images;

namespace MultiAgentInfra.Clients.Trivy;

/// <summary>Scans images with the Trivy of this machine (https://trivy.dev). Where it is missing or cannot finish, the result says why.</summary>
public sealed class TrivyScanner : IImageScanner
{
    private const int MaxReportBytes = 64 * 1024 * 1024;
    private static readonly TimeSpan VersionTimeout = TimeSpan.FromSeconds(30);

    private readonly ProcessRunner _processes;
    private readonly TrivyOptions _options;
    private readonly TimeProvider _time;
    private readonly string _folder;
    private readonly IReadOnlyDictionary<string, string> _environment;

    /// <param name="folder">For the files of scans that run; what is in it is removed.</param>
    /// <param name="environment">Of Trivy, see <see cref="TrivyEnvironment.Default"/>.</param>
    public TrivyScanner(ProcessRunner processes, TrivyOptions options, TimeProvider time, string folder, IReadOnlyDictionary<string, string> environment)
    {
        (_processes, _options, _time, _folder, _environment) = (processes, options, time, folder, environment);
        TrivyFolder.Clear(folder);
    }

    public async Task<ScanResult> ScanAsync(TrivySource source, CancellationToken cancellationToken)
    {
        if (FindProgram() is not { } program)
            return ScanResult.NotScanned("Trivy is not installed on this machine.");
        using var deadline = new CancellationTokenSource(_options.Timeout + VersionTimeout, _time);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, deadline.Token);
        using var folder = new TrivyFolder(_folder, source.Accounts);
        try
        {
            return await ScanAsync(program, source, folder, stop.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return ScanResult.NotScanned($"Trivy did not finish within {_options.Timeout}.");
        }
        catch (TrivyFailedException exception)
        {
            return ScanResult.NotScanned(SecretRedactor.Redact(exception.Message, source.Secrets));
        }
        catch (Exception exception) when (exception is JsonException or OutputLimitException)
        {
            return ScanResult.NotScanned($"What Trivy printed cannot be read: {exception.Message}");
        }
    }

    private async Task<ScanResult> ScanAsync(string program, TrivySource source, TrivyFolder folder, CancellationToken cancellationToken)
    {
        var version = await ReadVersionAsync(program, folder, cancellationToken);
        if (!version.IsAccepted)
            return ScanResult.NotScanned($"Trivy {version.Version} is not accepted: {TrivyVersion.Accepted}.");
        var report = TrivyReport.Parse(await PrintAsync(program, [.. TrivyArguments.Of(_options, folder.SecretRules), .. source.Arguments], folder, cancellationToken));
        // Asked again, because the scan may have fetched a newer database.
        return ScanResult.Of(report.Normalize(await ReadVersionAsync(program, folder, cancellationToken), _time.GetUtcNow()));
    }

    private async Task<TrivyVersion> ReadVersionAsync(string program, TrivyFolder folder, CancellationToken cancellationToken)
    {
        using var deadline = new CancellationTokenSource(VersionTimeout, _time);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, deadline.Token);
        return TrivyVersion.Parse(await PrintAsync(program, ["version", "--format", "json"], folder, stop.Token));
    }

    private async Task<string> PrintAsync(string program, string[] arguments, TrivyFolder folder, CancellationToken cancellationToken)
    {
        var result = await _processes.RunAsync(
            new()
            {
                FileName = program,
                Arguments = arguments,
                WorkingDirectory = folder.Root,
                Environment = new Dictionary<string, string>(_environment) { ["DOCKER_CONFIG"] = folder.DockerConfig, ["TMPDIR"] = folder.Root },
                OutputLimitBytes = MaxReportBytes,
            },
            null,
            cancellationToken);
        return result.ExitCode == 0 ? result.StdOut : throw new TrivyFailedException(result.ExitCode, LastLine(result.StdErrTail));
    }

    private string? FindProgram() =>
        _environment.GetValueOrDefault("PATH", "").Split(':', StringSplitOptions.RemoveEmptyEntries)
            .Select(folder => Path.Combine(folder, "trivy")).FirstOrDefault(File.Exists);

    private static string LastLine(string text) =>
        text.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).LastOrDefault() is { } line
            ? line[..Math.Min(line.Length, 500)]
            : "it said nothing";

    private sealed class TrivyFailedException(int exitCode, string words) : Exception($"Trivy failed with exit code {exitCode}: {words}");
}
