using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using MultiAgentInfra.Clients.Targets;
using MultiAgentInfra.Core.Images;

namespace MultiAgentInfra.Clients.Docker;

/// <summary>The container of one agent, in the words of the Engine API (https://docs.docker.com/reference/api/engine/, ContainerCreate). It
/// can write to its volume and to <c>/tmp</c>, has no capability, and no limit of its own is left out. It holds secrets.</summary>
public sealed record ContainerSpec(
    string Image, string User, IReadOnlyList<string> Env, IReadOnlyDictionary<string, string> Labels, ContainerHealthcheck Healthcheck,
    IReadOnlyDictionary<string, object> ExposedPorts, ContainerHost HostConfig)
{
    private const long BytesPerMiB = 1024 * 1024;
    private const int MostProcesses = 512;

    // The API's names begin with capitals.
    internal static JsonSerializerOptions Json { get; } = new() { DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull };

    private static readonly string ContainerPort = string.Create(CultureInfo.InvariantCulture, $"{RuntimeSettings.Port}/tcp");

    /// <param name="image">With its digest, so that no tag decides what runs.</param>
    /// <param name="volume">The agent's data; it outlives the container.</param>
    public static ContainerSpec Of(AgentLaunch launch, string image, string volume, bool hostNetwork, IReadOnlyDictionary<string, string> environment) => new(
        image,
        RuntimeSettings.User,
        [.. environment.Concat(Network(launch, hostNetwork)).GroupBy(variable => variable.Key).Select(same => $"{same.Key}={same.Last().Value}")],
        ContainerLabels.Of(launch),
        // The control plane asks the agent itself, and the image's check starts one more Node.js each time.
        new(["NONE"]),
        hostNetwork ? new Dictionary<string, object>() : new() { [ContainerPort] = new() },
        new(
            [new("volume", volume, RuntimeSettings.WorkingFolder)],
            new Dictionary<string, string> { ["/tmp"] = "rw,nosuid,nodev,size=64m" },
            Memory: launch.Resources.MemoryMiB * BytesPerMiB,
            MemorySwap: launch.Resources.MemoryMiB * BytesPerMiB,
            NanoCpus: (long)(launch.Resources.Cpu * 1_000_000_000),
            MostProcesses,
            NetworkMode: hostNetwork ? "host" : null,
            hostNetwork ? null : new Dictionary<string, ContainerPortBinding[]> { [ContainerPort] = [new("127.0.0.1", launch.Port.ToString(CultureInfo.InvariantCulture))] }));

    /// <summary>As it is written down before it is made: its variables by name, and without the labels that only this system reads.</summary>
    public LaunchPlan ToPlan(AgentLaunch launch, string name)
    {
        var spec = JsonSerializer.SerializeToNode(this, Json)!.AsObject();
        spec.Remove(nameof(Labels));
        spec[nameof(Env)] = new JsonObject(Env.Select(variable => variable.Split('=', 2)).Select(parts => KeyValuePair.Create(parts[0], (JsonNode?)parts[1])));
        var limits = new PodAmount(launch.Resources.Cpu, launch.Resources.MemoryMiB);
        return new(launch, Image, [LaunchPlan.Object("Container", name, spec)], null, new(1, 1, null, limits, null));
    }

    /// <summary>What differs from a process of this machine.</summary>
    private static Dictionary<string, string> Network(AgentLaunch launch, bool hostNetwork) => new()
    {
        // A quarter of the memory is for what is not in Node's heap: more than the limit, and the kernel kills it.
        ["NODE_OPTIONS"] = string.Create(CultureInfo.InvariantCulture, $"--max-old-space-size={launch.Resources.MemoryMiB * 3 / 4}"),
        ["SERVER_HOST"] = hostNetwork ? "127.0.0.1" : "0.0.0.0",
        ["SERVER_PORT"] = (hostNetwork ? launch.Port : RuntimeSettings.Port).ToString(CultureInfo.InvariantCulture),
        ["TMPDIR"] = "/tmp",
    };

    public override string ToString() => $"{nameof(ContainerSpec)} of {Image}";
}

/// <summary>The engine's own check of a container.</summary>
public sealed record ContainerHealthcheck(IReadOnlyList<string> Test);

/// <summary>A volume in a container.</summary>
public sealed record ContainerMount(string Type, string Source, string Target);

/// <summary>Where a container's port is reached.</summary>
public sealed record ContainerPortBinding(string HostIp, string HostPort);

/// <summary>What a container may use and do; see <see cref="ContainerSpec"/>.</summary>
/// <param name="Memory">Bytes; with the same <paramref name="MemorySwap"/> nothing is swapped.</param>
/// <param name="NanoCpus">Billionths of a core.</param>
public sealed record ContainerHost(
    IReadOnlyList<ContainerMount> Mounts, IReadOnlyDictionary<string, string> Tmpfs, long Memory, long MemorySwap, long NanoCpus, int PidsLimit,
    string? NetworkMode, IReadOnlyDictionary<string, ContainerPortBinding[]>? PortBindings)
{
    public bool ReadonlyRootfs { get; } = true;

    public IReadOnlyList<string> CapDrop { get; } = ["ALL"];

    public IReadOnlyList<string> SecurityOpt { get; } = ["no-new-privileges"];

    /// <summary>Passes signals on and buries the processes that plugins leave.</summary>
    public bool Init { get; } = true;

    /// <summary>The control plane decides what runs, so that there are never two.</summary>
    public ContainerRestart RestartPolicy { get; } = new("no");

    public ContainerLog LogConfig { get; } = new("json-file", new Dictionary<string, string> { ["max-size"] = "32m", ["max-file"] = "2" });
}

/// <summary>Whether the engine starts a container that has ended.</summary>
public sealed record ContainerRestart(string Name);

/// <summary>How the engine keeps what a container writes.</summary>
public sealed record ContainerLog(string Type, IReadOnlyDictionary<string, string> Config);
