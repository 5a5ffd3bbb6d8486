using System.Collections;

namespace MultiAgentInfra.Clients.Processes;

/// <summary>Chooses which of the operator's own variables a tool may see; everything else stays with the control plane.</summary>
public static class HostEnvironment
{
    private static readonly string[] Network =
        ["PATH", "HOME", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "http_proxy", "https_proxy", "no_proxy"];

    /// <summary>PATH, HOME and the proxies, and what the tool itself is configured with.</summary>
    /// <param name="prefix">Of the tool's own variables, such as <c>npm_config_</c>; upper and lower case are one.</param>
    public static Dictionary<string, string> ForTool(string prefix, params string[] names) =>
        Environment.GetEnvironmentVariables().Cast<DictionaryEntry>()
            .Select(e => (Name: (string)e.Key, Value: (string?)e.Value))
            .Where(e => Network.Contains(e.Name) || names.Contains(e.Name) || e.Name.StartsWith(prefix, StringComparison.OrdinalIgnoreCase))
            .ToDictionary(e => e.Name, e => e.Value ?? "", StringComparer.Ordinal);
}
