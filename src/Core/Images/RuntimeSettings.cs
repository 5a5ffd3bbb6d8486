using System.Globalization;

namespace MultiAgentInfra.Core.Images;

/// <summary>How a container of a runtime image runs. Every builder writes the same of it, in its own words.</summary>
public static class RuntimeSettings
{
    public const int Port = 3000;

    public const int UserId = 1000;

    /// <summary>By number, so that an orchestrator can see that it is not root.</summary>
    public const string User = "1000:1000";

    /// <summary>The data volume, because the server writes .eliza beside itself whatever it is told; all else may be read-only.</summary>
    public const string WorkingFolder = "/data";

    /// <summary>The agent closes its database on it.</summary>
    public const string StopSignal = "SIGTERM";

    public static IReadOnlyList<string> Command { get; } = ["node", "/app/start-agent.mjs", "/app/character.json"];

    public static IReadOnlyList<KeyValuePair<string, string>> Environment { get; } =
    [
        new("NODE_ENV", "production"),
        new("SERVER_HOST", "0.0.0.0"),
        new("SERVER_PORT", Port.ToString(CultureInfo.InvariantCulture)),
        new("PGLITE_DATA_DIR", $"{WorkingFolder}/db"),
        new("ELIZA_DATA_DIR", $"{WorkingFolder}/eliza"),
        new("ELIZAOS_DATA_DIR", $"{WorkingFolder}/eliza"),
        new("ELIZA_UI_ENABLE", "false"),
        new("ELIZA_NO_AUTO_INSTALL", "true"),
        new("ELIZA_NO_PLUGIN_AUTO_INSTALL", "true"),
    ];

    public static HealthCheck Health { get; } = new(
        ["node", "-e", "fetch('http://127.0.0.1:' + process.env.SERVER_PORT + '/healthz').then(r => process.exit(r.ok ? 0 : 1), () => process.exit(1))"],
        Interval: TimeSpan.FromSeconds(10),
        Timeout: TimeSpan.FromSeconds(5),
        StartPeriod: TimeSpan.FromSeconds(60),
        Retries: 3);
}

/// <summary>A command that ends with 0 while the container is well.</summary>
public sealed record HealthCheck(IReadOnlyList<string> Command, TimeSpan Interval, TimeSpan Timeout, TimeSpan StartPeriod, int Retries);
