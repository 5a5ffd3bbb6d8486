using System.Globalization;
using System.Text.RegularExpressions;
using MultiAgentInfra.Clients.Targets;

namespace MultiAgentInfra.Clients.Local;

/// <summary>The complete environment of an agent: nothing is inherited from the control plane.</summary>
public static partial class AgentEnvironment
{
    /// <summary>Where the programs that start an agent are looked for, and all that an agent may run by name.</summary>
    public const string Path = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

    /// <summary>The secrets that the platform makes for each agent; ElizaOS must not store them with the character.</summary>
    public static IReadOnlyList<string> SystemSecrets { get; } = ["ELIZA_SERVER_AUTH_TOKEN", "SECRET_SALT"];

    /// <summary>Names that an agent's owner cannot set: the platform sets them itself.</summary>
    public static IReadOnlyList<string> Reserved { get; } =
    [
        "AGENT_SECRET_NAMES", "ELIZAOS_DATA_DIR", "ELIZA_DATA_DIR", "ELIZA_NO_AUTO_INSTALL", "ELIZA_NO_PLUGIN_AUTO_INSTALL", "ELIZA_UI_ENABLE",
        "HOME", "NODE_ENV", "NODE_OPTIONS", "PATH", "PGLITE_DATA_DIR", "SERVER_HOST", "SERVER_PORT", "TMPDIR",
    ];

    /// <summary>Builds the environment; the platform's own settings win over a secret, and a secret over an agent's variable.</summary>
    /// <param name="dataFolder">The agent's working directory, and the only folder that it can write.</param>
    /// <exception cref="ArgumentException">A name is no name of an environment variable, a value holds a NUL, or a system secret is missing.</exception>
    public static IReadOnlyDictionary<string, string> Build(
        AgentLaunch launch, string dataFolder, IReadOnlyDictionary<string, string> secrets, IReadOnlyDictionary<string, string> environment)
    {
        var missing = SystemSecrets.Where(name => !secrets.TryGetValue(name, out var value) || value.Length == 0).ToList();
        if (missing.Count > 0)
            throw new ArgumentException($"The agent has no {string.Join(" and no ", missing)}.", nameof(secrets));

        var built = new SortedDictionary<string, string>(Defaults(), StringComparer.Ordinal);
        foreach (var (name, value) in environment.Concat(secrets))
        {
            if (!VariableName().IsMatch(name))
                throw new ArgumentException($"'{name}' is no name of an environment variable.");
            if (value.Contains('\0', StringComparison.Ordinal))
                throw new ArgumentException($"The value of {name} holds a NUL character.");
            built[name] = value;
        }
        foreach (var (name, value) in Fixed(launch, dataFolder))
            built[name] = value;
        built["AGENT_SECRET_NAMES"] = string.Join(',', environment.Keys.Concat(secrets.Keys)
            .Except(SystemSecrets).Except(Reserved).Order(StringComparer.Ordinal));
        return built;
    }

    private static Dictionary<string, string> Defaults() => new()
    {
        ["LANG"] = "C.UTF-8",
        ["LOG_JSON_FORMAT"] = "false",
        // ElizaOS reports to its makers when this is empty or absent. Nothing listens on the discard port of the loopback.
        ["SENTRY_DSN"] = "http://none@127.0.0.1:9/0",
        ["TZ"] = "UTC",
    };

    private static Dictionary<string, string> Fixed(AgentLaunch launch, string dataFolder) => new()
    {
        ["ELIZAOS_DATA_DIR"] = System.IO.Path.Combine(dataFolder, "eliza"),
        ["ELIZA_DATA_DIR"] = System.IO.Path.Combine(dataFolder, "eliza"),
        ["ELIZA_NO_AUTO_INSTALL"] = "true",
        ["ELIZA_NO_PLUGIN_AUTO_INSTALL"] = "true",
        ["ELIZA_UI_ENABLE"] = "false",
        ["HOME"] = dataFolder,
        ["NODE_ENV"] = "production",
        ["NODE_OPTIONS"] = string.Create(CultureInfo.InvariantCulture, $"--max-old-space-size={launch.Resources.MemoryMiB}"),
        ["PATH"] = Path,
        ["PGLITE_DATA_DIR"] = System.IO.Path.Combine(dataFolder, "db"),
        ["SERVER_HOST"] = "127.0.0.1",
        ["SERVER_PORT"] = launch.Port.ToString(CultureInfo.InvariantCulture),
        ["TMPDIR"] = System.IO.Path.Combine(dataFolder, "tmp"),
    };

    [GeneratedRegex(@"\A[A-Za-z_][A-Za-z0-9_]*\z")]
    private static partial Regex VariableName();
}
