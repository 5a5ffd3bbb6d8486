using System.Text.Json;
using MultiAgentInfra.Clients.Targets;

namespace MultiAgentInfra.Clients.Docker;

/// <summary>What a container says of its agent: for people one by one, and the whole launch for the next control plane. No secret is in it.</summary>
internal static class ContainerLabels
{
    private const string Prefix = "multiagentinfra.";
    private const string Launch = Prefix + "launch";

    public static Dictionary<string, string> Of(AgentLaunch launch) => new()
    {
        [Prefix + "agent"] = launch.AgentId.ToString(),
        [Prefix + "revision"] = $"{launch.Revision}",
        [Prefix + "operation"] = launch.OperationId.ToString(),
        [Prefix + "attempt"] = $"{launch.Attempt}",
        [Launch] = JsonSerializer.Serialize(launch, JsonSerializerOptions.Web),
    };

    /// <returns>Null when the container is none of ours.</returns>
    public static AgentLaunch? Read(DockerContainer container)
    {
        try
        {
            return container.Config.Labels?.GetValueOrDefault(Launch) is { } json ? JsonSerializer.Deserialize<AgentLaunch>(json, JsonSerializerOptions.Web) : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
