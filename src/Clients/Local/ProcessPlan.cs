using System.Text.Json.Nodes;
using MultiAgentInfra.Clients.Eliza;
using MultiAgentInfra.Clients.Targets;

namespace MultiAgentInfra.Clients.Local;

/// <summary>A process of this machine, written down before it is started.</summary>
internal static class ProcessPlan
{
    public static LaunchPlan Of(AgentLaunch launch, string image, IReadOnlyDictionary<string, string> secrets, IReadOnlyDictionary<string, string> environment)
    {
        var variables = AgentEnvironment.Build(launch, "data", secrets, environment);
        var spec = new JsonObject
        {
            ["image"] = image,
            ["command"] = new JsonArray("node", ElizaLauncher.FileName, "character.json"),
            ["env"] = new JsonObject(variables.Select(variable => KeyValuePair.Create(variable.Key, (JsonNode?)variable.Value))),
            ["memoryMiB"] = launch.Resources.MemoryMiB,
            ["cpu"] = launch.Resources.Cpu,
        };
        return new(launch, image, [LaunchPlan.Object("Process", $"agent-{launch.AgentId}", spec)], null, new(1, 1, null, null, null));
    }
}
