using System.Text;
using System.Text.RegularExpressions;

namespace MultiAgentInfra.Core.Characters;

/// <summary>What may be given to an agent as a secret or as an environment variable.</summary>
public static partial class SecretRules
{
    public const int LongestName = 128;
    public const int LargestValueBytes = 32 * 1024;
    public const int MostEntries = 100;
    public const string AuthToken = "ELIZA_SERVER_AUTH_TOKEN";
    internal const string ReservedMessage = "is set by the platform and cannot be given";
    private const int ShortestAuthToken = 16;

    // The platform sets these itself, or they would change how Node, npm or the loader run the agent.
    private static readonly HashSet<string> Reserved = new(StringComparer.Ordinal)
    {
        "PATH", "HOME", "NODE_OPTIONS", "NODE_PATH", "SERVER_PORT", "SERVER_HOST", "PGLITE_DATA_DIR", "ELIZA_DATABASE_DIR", "ELIZA_DATA_DIR",
        "ELIZAOS_DATA_DIR", "ELIZA_UI_ENABLE", "ELIZA_NO_AUTO_INSTALL", "ELIZA_NO_PLUGIN_AUTO_INSTALL", "SECRET_SALT",
        // The shell that hands them on gives these a meaning of its own, and would print a value that does not suit it.
        "BASHOPTS", "EUID", "GROUPS", "IFS", "LINENO", "OPTIND", "PPID", "SHELLOPTS", "UID",
    };

    private static readonly string[] ReservedPrefixes = ["LD_", "DYLD_", "BUN_", "ELIZA_DATA_DIR"];

    // Not declared by a plugin, and secret all the same: a connection string holds a password.
    private static readonly HashSet<string> Sensitive = new(StringComparer.Ordinal) { AuthToken, "POSTGRES_URL" };

    private static readonly string[] OtherPlatformVariables = ["NODE_ENV", "LOG_LEVEL", "LOG_JSON_FORMAT", "SENTRY_DSN"];

    /// <summary>Checks a map whose fields are reported under <paramref name="path"/>, such as <c>secrets</c> or <c>env</c>.</summary>
    public static IEnumerable<FieldError> Check(IReadOnlyDictionary<string, string> entries, string path)
    {
        if (entries.Count > MostEntries)
            yield return new(path, $"has {entries.Count} entries; at most {MostEntries} are allowed");
        foreach (var (name, value) in entries)
        {
            if (Check(name, value) is { } problem)
                yield return new($"{path}.{name}", problem);
        }
    }

    /// <summary>The first problem of one entry, or null; the message never holds the value.</summary>
    public static string? Check(string name, string value) =>
        name.Length > LongestName ? $"the name is longer than {LongestName} characters"
        : !NamePattern().IsMatch(name) ? "the name must be letters, digits and underscores, and not begin with a digit"
        : IsReserved(name) ? ReservedMessage
        : value.Length == 0 ? "must not be empty"
        : value.Contains('\0', StringComparison.Ordinal) ? "must not contain a NUL character"
        : Encoding.UTF8.GetByteCount(value) > LargestValueBytes ? $"is larger than {LargestValueBytes} bytes"
        : name == AuthToken && !IsAuthToken(value) ? $"must be at least {ShortestAuthToken} printable ASCII characters without spaces"
        : null;

    public static bool IsReserved(string name) =>
        Reserved.Contains(name)
        || ReservedPrefixes.Any(prefix => name.StartsWith(prefix, StringComparison.Ordinal))
        || name.StartsWith("npm_config_", StringComparison.OrdinalIgnoreCase);

    /// <summary>Whether ElizaOS is unsafe without it, so that every agent has one: given, or made by the platform.</summary>
    public static bool IsPlatforms(string name) => name == AuthToken || IsReserved(name);

    /// <summary>Whether any plugin of the catalogue, installed or not, or ElizaOS itself keeps a secret under this name.</summary>
    public static bool IsSensitive(string name, PluginCatalogue catalogue) =>
        Sensitive.Contains(name) || catalogue.Plugins.Any(plugin => plugin.Parameters.Any(parameter => parameter.IsSensitive && parameter.Name == name));

    /// <summary>ElizaOS reads NAME_X of the process environment as the secret X of the agent of that name, and its server does so for any start.</summary>
    public static bool CopiesPlatformVariables(string agentName, out string prefix)
    {
        var start = NotInVariable().Replace(agentName.ToUpperInvariant(), "_") + "_";
        prefix = start;
        return Reserved.Concat(Sensitive).Concat(OtherPlatformVariables).Any(name => name.StartsWith(start, StringComparison.Ordinal));
    }

    // It travels in a request header.
    private static bool IsAuthToken(string value) => value.Length >= ShortestAuthToken && value.All(c => c is > ' ' and <= '~');

    [GeneratedRegex(@"^[A-Za-z_][A-Za-z0-9_]*\z")]
    private static partial Regex NamePattern();

    [GeneratedRegex("[^A-Z0-9]")]
    private static partial Regex NotInVariable();
}
