using Microsoft.Extensions.Logging;
using MultiAgentInfra.Core.Images;

namespace MultiAgentInfra.Clients.Trivy;

/// <summary>The policy that is in force.</summary>
/// <param name="Source"><c>default</c> for the shipped one, else <c>file</c>.</param>
/// <param name="Problem">Why the file as it is now is not in force, and the one before still is; null while all is well.</param>
public sealed record PolicyInForce(ScanPolicy Policy, string Source, string? Problem);

/// <summary>The scan policy: the shipped one, or a file that is read again at each use. A file that has become invalid changes nothing: the
/// last valid one stays in force, because a gate must neither open nor close by a mistake in writing.</summary>
public sealed partial class ScanPolicyFile
{
    private const int MostBytes = 1024 * 1024;
    private readonly Lock _gate = new();
    private readonly string? _path;
    private readonly bool _requiresScan;
    private readonly ILogger<ScanPolicyFile> _logger;
    private PolicyInForce _current;

    /// <param name="path">Null for the shipped policy.</param>
    /// <param name="requiresScan">What a policy means that does not say what becomes of an image that nothing has scanned.</param>
    /// <exception cref="InvalidDataException">The file cannot be used: all that is wrong with it.</exception>
    public ScanPolicyFile(string? path, bool requiresScan, ILogger<ScanPolicyFile> logger)
    {
        (_path, _requiresScan, _logger) = (string.IsNullOrEmpty(path) ? null : Path.GetFullPath(path), requiresScan, logger);
        ScanPolicy? policy;
        var errors = _path is null
            ? [.. ScanPolicyReader.TryRead(ScanPolicyReader.Default(), requiresScan, out policy).Select(error => error.Message)]
            : TryRead(_path, requiresScan, out policy);
        _current = new(policy ?? throw new InvalidDataException(string.Join("\n", errors)), _path is null ? "default" : "file", null);
    }

    /// <summary>The policy as it is now.</summary>
    public PolicyInForce Current()
    {
        if (_path is null)
            return _current;
        lock (_gate)
        {
            var errors = TryRead(_path, _requiresScan, out var policy);
            var problem = errors.Count == 0 ? null : string.Join("; ", errors);
            if (policy is not null && policy.Digest != _current.Policy.Digest)
                Log.Changed(_logger, _path, policy.Digest);
            if (problem is not null && problem != _current.Problem)
                Log.Refused(_logger, problem, _current.Policy.Digest);
            return _current = _current with { Policy = policy ?? _current.Policy, Problem = problem };
        }
    }

    /// <summary>Reads a policy file; the errors name it.</summary>
    internal static IReadOnlyList<string> TryRead(string path, bool requiresScan, out ScanPolicy? policy)
    {
        policy = null;
        try
        {
            using var file = File.OpenRead(path);
            if (file.Length > MostBytes)
                return [$"'{path}' has more than {MostBytes} bytes."];
            using var content = new MemoryStream();
            file.CopyTo(content);
            return [.. ScanPolicyReader.TryRead(content.ToArray(), requiresScan, out policy)
                .Select(error => error.Path.Length == 0 ? $"'{path}' {error.Message}" : $"'{path}': {error.Path} {error.Message}")];
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return [$"'{path}' cannot be read: {exception.Message}"];
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Information, "The scan policy {path} has changed: {digest} is in force.")]
        public static partial void Changed(ILogger logger, string path, Digest digest);

        [LoggerMessage(2, LogLevel.Error, "The scan policy cannot be used, and {digest} stays in force: {problem}")]
        public static partial void Refused(ILogger logger, string problem, Digest digest);
    }
}
