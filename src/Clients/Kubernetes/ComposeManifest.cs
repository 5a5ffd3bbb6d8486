using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using MultiAgentInfra.Core.Images;

namespace MultiAgentInfra.Clients.Kubernetes;

/// <summary>
/// An agent as a compose file (https://github.com/compose-spec/compose-spec/blob/main/spec.md) for a Docker engine elsewhere, with the names and labels
/// that it has in a cluster. It holds no secret: the agent reads those from a volume that must be there before, as must its owner's network.
/// </summary>
public static class ComposeManifest
{
    /// <summary>The agent's secrets as one JSON object of names and values, in the volume <see cref="SecretsVolume"/>; mode 400, of the user 1000.</summary>
    public const string SecretsFile = "secrets.json";

    /// <summary>Where the volume of the secrets is seen.</summary>
    public const string SecretsFolder = "/run/agent";

    private const string DataKey = "data";
    private const string SecretsKey = "secrets";
    private const int MostProcesses = 512;

    // The engine shows an environment to everyone who may look at a container, so Node.js itself puts them in, before anything else runs in it.
    private const string ReadSecrets = $"--import data:text/javascript,import{{readFileSync}}from'node:fs';Object.assign(process.env,JSON.parse(readFileSync('{SecretsFolder}/{SecretsFile}','utf8')))";

    /// <summary>Of the container, of the volume with its data, and of the project.</summary>
    public static string Name(Guid agentId) => KubernetesNames.Agent(agentId);

    /// <summary>The volume with <see cref="SecretsFile"/>.</summary>
    public static string SecretsVolume(Guid agentId) => $"{Name(agentId)}-secrets";

    /// <summary>The network that the agents of one owner share, and nobody else.</summary>
    public static string Network(Guid organizationId) => KubernetesNames.Namespace(organizationId);

    /// <summary>The file's text, the same for the same workload.</summary>
    /// <param name="hostNetwork">For an engine without a bridge: the agent uses the machine's network, and answers on its loopback.</param>
    /// <exception cref="Core.NonRetryableException">The workload makes no sense, or wants replicas.</exception>
    public static string Of(AgentWorkload workload, bool hostNetwork = false) => YamlText.Write(File(workload, hostNetwork));

    internal static JsonObject File(AgentWorkload workload, bool hostNetwork)
    {
        workload.Check();
        if (AgentScaling.IsMany(workload))
            throw new Core.NonRetryableException($"Agent {workload.Launch.AgentId} wants several replicas, and a Docker environment runs one.");
        var file = new JsonObject
        {
            ["services"] = new JsonObject { [KubernetesNames.Container] = Service(workload, hostNetwork) },
            ["volumes"] = new JsonObject
            {
                [DataKey] = new JsonObject { ["name"] = Name(workload.Launch.AgentId), ["labels"] = AgentManifest.SelectorLabels(workload) },
                [SecretsKey] = new JsonObject { ["name"] = SecretsVolume(workload.Launch.AgentId), ["external"] = true },
            },
        };
        if (!hostNetwork)
            file["networks"] = new JsonObject { ["default"] = new JsonObject { ["name"] = Network(workload.OrganizationId), ["external"] = true } };
        return Escaped(file)!.AsObject();
    }

    private static JsonObject Service(AgentWorkload workload, bool hostNetwork)
    {
        var service = new JsonObject
        {
            ["container_name"] = Name(workload.Launch.AgentId),
            ["image"] = workload.Image,
            ["environment"] = Environment(workload, hostNetwork),
            ["labels"] = Labels(workload),
            ["user"] = RuntimeSettings.User,
            ["working_dir"] = RuntimeSettings.WorkingFolder,
            ["read_only"] = true,
            ["init"] = true,
            ["cap_drop"] = new JsonArray("ALL"),
            ["security_opt"] = new JsonArray("no-new-privileges:true"),
            ["tmpfs"] = new JsonArray("/tmp:rw,nosuid,nodev,size=64m"),
            ["volumes"] = new JsonArray(Mount(DataKey, RuntimeSettings.WorkingFolder, readOnly: false), Mount(SecretsKey, SecretsFolder, readOnly: true)),
            ["mem_limit"] = Invariant($"{workload.Launch.Resources.MemoryMiB}m"),
            ["memswap_limit"] = Invariant($"{workload.Launch.Resources.MemoryMiB}m"),
            ["cpus"] = workload.Launch.Resources.Cpu,
            ["pids_limit"] = MostProcesses,
            ["healthcheck"] = Healthcheck(),
            // As a cluster does it: after a crash and after a restart of the engine, and not after a stop.
            ["restart"] = "unless-stopped",
            ["stop_signal"] = RuntimeSettings.StopSignal,
            ["stop_grace_period"] = "30s",
            ["logging"] = new JsonObject { ["driver"] = "json-file", ["options"] = new JsonObject { ["max-size"] = "32m", ["max-file"] = "2" } },
        };
        if (hostNetwork)
            service["network_mode"] = "host";
        // For a proxy on the engine's own machine.
        else if (workload.Host is not null)
            service["ports"] = new JsonArray(Invariant($"127.0.0.1:{workload.Launch.Port}:{RuntimeSettings.Port}"));
        return service;
    }

    private static JsonObject Environment(AgentWorkload workload, bool hostNetwork)
    {
        var variables = new SortedDictionary<string, string>(workload.Environment.ToDictionary(), StringComparer.Ordinal);
        variables["NODE_OPTIONS"] = $"{variables.GetValueOrDefault("NODE_OPTIONS")} {ReadSecrets}".TrimStart();
        if (hostNetwork)
            (variables["SERVER_HOST"], variables["SERVER_PORT"]) = ("127.0.0.1", KubernetesNames.Number(workload.Launch.Port));
        return AgentManifest.Map(variables);
    }

    private static JsonObject Labels(AgentWorkload workload)
    {
        var labels = AgentManifest.Map(AgentManifest.Labels(workload));
        labels[KubernetesNames.ConfigHashAnnotation] = AgentManifest.Hash(workload);
        labels[KubernetesNames.LaunchAnnotation] = JsonSerializer.Serialize(workload.Launch, JsonSerializerOptions.Web);
        if (workload.Title is { } title)
            labels[KubernetesNames.TitleAnnotation] = title;
        return labels;
    }

    private static JsonObject Mount(string volume, string target, bool readOnly)
    {
        var mount = new JsonObject { ["type"] = "volume", ["source"] = volume, ["target"] = target };
        if (readOnly)
            mount["read_only"] = true;
        return mount;
    }

    // Whether it is ready, and not only alive: nobody but the engine can ask the agent.
    private static JsonObject Healthcheck()
    {
        var check = RuntimeSettings.Health;
        return new()
        {
            ["test"] = new JsonArray(["CMD", .. check.Command.Select(part => (JsonNode)part.Replace("/healthz", "/health", StringComparison.Ordinal))]),
            ["interval"] = Invariant($"{check.Interval.TotalSeconds}s"),
            ["timeout"] = Invariant($"{check.Timeout.TotalSeconds}s"),
            ["start_period"] = Invariant($"{check.StartPeriod.TotalSeconds}s"),
            ["retries"] = check.Retries,
        };
    }

    // Compose puts variables into every text: https://github.com/compose-spec/compose-spec/blob/main/12-interpolation.md
    private static JsonNode? Escaped(JsonNode? node) => node switch
    {
        JsonObject map => new JsonObject(map.Select(entry => KeyValuePair.Create(entry.Key, Escaped(entry.Value)))),
        JsonArray list => new JsonArray([.. list.Select(Escaped)]),
        { } text when text.GetValueKind() == JsonValueKind.String => text.GetValue<string>().Replace("$", "$$", StringComparison.Ordinal),
        _ => node?.DeepClone(),
    };

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
