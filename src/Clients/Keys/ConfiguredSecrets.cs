using Microsoft.Extensions.Configuration;

namespace MultiAgentInfra.Clients.Keys;

/// <summary>The control plane's own credentials, to be taken out of what is shown: every setting whose name ends like one of a secret, and the
/// content of the file that a setting with <c>File</c> behind such a name points to.</summary>
public sealed class ConfiguredSecrets(IReadOnlyList<string> values)
{
    private const long LargestFile = 64 * 1024;

    private static readonly string[] Endings = ["key", "keys", "secret", "password", "passphrase", "passwd", "token", "auth", "credential", "credentials", "connectionstring"];

    public IReadOnlyList<string> Values => values;

    /// <summary>Looks through the configuration, environment variables included, as it is now.</summary>
    public static ConfiguredSecrets Of(IConfiguration configuration) =>
        new([.. configuration.AsEnumerable().Where(setting => !string.IsNullOrWhiteSpace(setting.Value)).SelectMany(setting => ValuesOf(setting.Key, setting.Value!))]);

    private static IEnumerable<string> ValuesOf(string path, string value)
    {
        // The sections FunctionKeys and ConnectionStrings name their secrets freely.
        if (path.Split(':').Any(IsSecret))
            yield return value.Trim();
        else if (path.EndsWith("File", StringComparison.OrdinalIgnoreCase) && IsSecret(path[..^"File".Length]) && ContentOf(value) is { } content)
            yield return content;
    }

    private static bool IsSecret(string name) =>
        Endings.Any(ending => name.EndsWith(ending, StringComparison.OrdinalIgnoreCase)) || name.Equals("ConnectionStrings", StringComparison.OrdinalIgnoreCase);

    private static string? ContentOf(string path) => new FileInfo(path) is { Exists: true, Length: <= LargestFile } ? File.ReadAllText(path).Trim() : null;
}
