using System.Text.Json.Nodes;
using MultiAgentInfra.Clients.Kubernetes;
using MultiAgentInfra.Core.Images;

namespace MultiAgentInfra.Clients.Targets;

/// <summary>What a launch would make on its target, written down without making any of it. No value of a secret is in it.</summary>
/// <param name="Image">As the target would pull it.</param>
/// <param name="Objects">In the order in which they would be made, in the words of the target.</param>
/// <param name="Yaml">The same objects as text, where the target takes such text.</param>
public sealed record LaunchPlan(AgentLaunch Launch, string Image, IReadOnlyList<ManifestObject> Objects, string? Yaml, LaunchCost Cost)
{
    /// <summary>In the place of every value of a secret.</summary>
    public const string Mask = "***";

    /// <summary>In the place of an image that has not been built.</summary>
    public static Digest NoImage { get; } = Digest.FromHash(new byte[32]);

    /// <summary>Secrets of which only the names are known.</summary>
    public static IReadOnlyDictionary<string, string> Masked(IEnumerable<string> secrets) => secrets.ToDictionary(name => name, _ => Mask, StringComparer.Ordinal);

    internal static ManifestObject Object(string kind, string name, JsonNode? spec) =>
        new(new JsonObject { ["kind"] = kind, ["metadata"] = new JsonObject { ["name"] = name }, ["spec"] = spec });
}

/// <summary>What a launch would take.</summary>
/// <param name="Pods">How many copies run.</param>
/// <param name="MostPods">How many may run under load.</param>
/// <param name="Requests">What is kept free for each of them; null where nothing is.</param>
/// <param name="Limits">What each of them may use; null where the target sets no limit.</param>
/// <param name="StorageGiB">GiB of volumes in all; null where they have no size.</param>
public sealed record LaunchCost(int Pods, int MostPods, PodAmount? Requests, PodAmount? Limits, int? StorageGiB);

/// <summary>Of one copy of an agent.</summary>
/// <param name="Cpu">Cores.</param>
/// <param name="MemoryMiB">MiB.</param>
public sealed record PodAmount(double Cpu, int MemoryMiB);
