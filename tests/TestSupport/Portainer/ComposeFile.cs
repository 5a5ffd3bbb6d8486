using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using YamlDotNet.Core;

namespace MultiAgentInfra.TestSupport.Portainer;

/// <summary>A compose file as what the engine is asked for. It knows what agents are made of; another key is an error, so that none is lost.</summary>
internal sealed partial class ComposeFile
{
    private static readonly string[] Known =
    [
        "cap_drop", "command", "container_name", "cpus", "entrypoint", "environment", "healthcheck", "image", "init", "labels", "logging", "mem_limit", "memswap_limit",
        "network_mode", "networks", "pids_limit", "ports", "read_only", "restart", "security_opt", "stop_grace_period", "stop_signal", "tmpfs", "user", "volumes", "working_dir",
    ];

    private ComposeFile(JsonObject file) => Json = file;

    public JsonObject Json { get; }

    public IEnumerable<(string Name, JsonObject Service)> Services => (Json["services"] as JsonObject ?? []).Select(pair => (pair.Key, (JsonObject)pair.Value!));

    /// <exception cref="ComposeException">It is none.</exception>
    public static ComposeFile Parse(string text, IReadOnlyDictionary<string, string> variables)
    {
        try
        {
            var file = YamlDocuments.Parse(text).SingleOrDefault() ?? throw new ComposeException("empty compose file");
            var read = new ComposeFile((JsonObject)Interpolate(file, variables)!);
            if (!read.Services.Any())
                throw new ComposeException("no service selected");
            foreach (var (name, service) in read.Services)
            {
                if (service.Select(part => part.Key).Except(Known).FirstOrDefault() is { } unknown)
                    throw new ComposeException($"validating docker-compose.yml: services.{name} additional properties '{unknown}' not allowed");
            }

            return read;
        }
        catch (YamlException exception)
        {
            throw new ComposeException($"yaml: line {exception.Start.Line}: {exception.Message}");
        }
    }

    /// <summary>Real names of networks and volumes, and whether they must be there before.</summary>
    public (string Name, bool External, JsonNode? Labels) Resource(string section, string key, string project)
    {
        var declared = Json.At(section, key);
        return (declared.Text("name") ?? $"{project}_{key}", declared.Flag("external"), declared.At("labels"));
    }

    public JsonObject Container(string project, string name, JsonObject service)
    {
        var labels = new JsonObject(service.Pairs("labels").Select(Node))
        {
            ["com.docker.compose.project"] = project,
            ["com.docker.compose.service"] = name,
            ["com.docker.compose.oneoff"] = "False",
            ["com.docker.compose.config-hash"] = Controllers.Hash(service.ToJsonString()),
        };
        var container = new JsonObject
        {
            ["Image"] = service.Text("image"),
            ["Cmd"] = service["command"]?.DeepClone(),
            ["Entrypoint"] = service["entrypoint"]?.DeepClone(),
            ["Env"] = new JsonArray([.. Environment(service["environment"])]),
            ["Labels"] = labels,
            ["User"] = service.Text("user") ?? "",
            ["WorkingDir"] = service.Text("working_dir") ?? "",
            ["StopSignal"] = service.Text("stop_signal"),
            ["StopTimeout"] = service.Text("stop_grace_period") is { } grace ? (int)Duration(grace).TotalSeconds : 10,
            ["Healthcheck"] = Healthcheck(service["healthcheck"]),
            ["ExposedPorts"] = new JsonObject(Ports(service).Select(port => KeyValuePair.Create(port.Container, (JsonNode?)new JsonObject()))),
            ["HostConfig"] = HostConfig(project, service),
        };
        if (Network(service, project) is { } network && service.Text("network_mode") is null)
            container["NetworkingConfig"] = new JsonObject { ["EndpointsConfig"] = new JsonObject { [network] = new JsonObject { ["Aliases"] = new JsonArray(name) } } };
        return container;
    }

    public string? Network(JsonObject service, string project) => service.Text("network_mode") is not null ? null : Resource("networks", "default", project).Name;

    private JsonObject HostConfig(string project, JsonObject service) => new()
    {
        ["ReadonlyRootfs"] = service.Flag("read_only"),
        ["Init"] = service.Flag("init"),
        ["CapDrop"] = service["cap_drop"]?.DeepClone(),
        ["SecurityOpt"] = service["security_opt"]?.DeepClone(),
        ["Tmpfs"] = new JsonObject((service["tmpfs"] as JsonArray ?? []).Select(entry => entry.Text()!.Split(':', 2)).Select(parts => KeyValuePair.Create(parts[0], (JsonNode?)parts.ElementAtOrDefault(1)))),
        ["Mounts"] = new JsonArray([.. service.Items("volumes").Select(volume => Mount(project, volume))]),
        ["Memory"] = Bytes(service.Text("mem_limit")),
        ["MemorySwap"] = Bytes(service.Text("memswap_limit")),
        ["NanoCpus"] = (long)(decimal.Parse(service.Text("cpus") ?? "0", CultureInfo.InvariantCulture) * 1_000_000_000),
        ["PidsLimit"] = service.Number("pids_limit"),
        ["RestartPolicy"] = new JsonObject { ["Name"] = service.Text("restart") ?? "no" },
        ["LogConfig"] = service["logging"] is { } logging ? new JsonObject { ["Type"] = logging.Text("driver"), ["Config"] = logging.At("options")?.DeepClone() } : null,
        ["NetworkMode"] = service.Text("network_mode") ?? Network(service, project),
        ["PortBindings"] = new JsonObject(Ports(service).Select(port => KeyValuePair.Create(
            port.Container, (JsonNode?)new JsonArray(new JsonObject { ["HostIp"] = port.Address, ["HostPort"] = port.Host })))),
    };

    private JsonObject Mount(string project, JsonObject volume) => new()
    {
        ["Type"] = volume.Text("type"),
        ["Source"] = volume.Text("type") == "volume" ? Resource("volumes", volume.Text("source")!, project).Name : volume.Text("source"),
        ["Target"] = volume.Text("target"),
        ["ReadOnly"] = volume.Flag("read_only"),
    };

    private static JsonObject? Healthcheck(JsonNode? check) => check is null ? null : new()
    {
        ["Test"] = check.At("test")?.DeepClone(),
        ["Interval"] = Nanoseconds(check.Text("interval")),
        ["Timeout"] = Nanoseconds(check.Text("timeout")),
        ["StartPeriod"] = Nanoseconds(check.Text("start_period")),
        ["Retries"] = check.Number("retries") ?? 3,
    };

    private static IEnumerable<JsonNode?> Environment(JsonNode? environment) => environment is JsonArray list
        ? list.Select(entry => entry?.DeepClone())
        : environment.Pairs().Select(pair => (JsonNode?)$"{pair.Key}={pair.Value}");

    private static IEnumerable<(string Address, string Host, string Container)> Ports(JsonObject service) => (service["ports"] as JsonArray ?? [])
        .Select(port => port.Text()!.Split(':'))
        .Select(parts => parts.Length == 3 ? (parts[0], parts[1], $"{parts[2]}/tcp") : ("", parts[0], $"{parts[^1]}/tcp"));

    private static KeyValuePair<string, JsonNode?> Node(KeyValuePair<string, string> pair) => KeyValuePair.Create(pair.Key, (JsonNode?)pair.Value);

    private static long Nanoseconds(string? duration) => duration is null ? 0 : (long)(Duration(duration).TotalSeconds * 1_000_000_000);

    private static TimeSpan Duration(string text) => TimeSpan.FromSeconds(DurationPart().Matches(text).Sum(part =>
        double.Parse(part.Groups[1].Value, CultureInfo.InvariantCulture) * part.Groups[2].Value switch { "h" => 3600, "m" => 60, "ms" => 0.001, _ => 1 }));

    private static long Bytes(string? amount) => amount is null ? 0 : long.Parse(amount.AsSpan(0, amount.Length - 1), CultureInfo.InvariantCulture) * amount[^1] switch
    {
        'k' => 1024L,
        'm' => 1024L * 1024,
        'g' => 1024L * 1024 * 1024,
        _ => throw new ComposeException($"invalid size: '{amount}'"),
    };

    private static JsonNode? Interpolate(JsonNode? node, IReadOnlyDictionary<string, string> variables) => node switch
    {
        JsonObject map => new JsonObject(map.Select(pair => KeyValuePair.Create(pair.Key, Interpolate(pair.Value, variables)))),
        JsonArray list => new JsonArray([.. list.Select(item => Interpolate(item, variables))]),
        JsonValue value when value.TryGetValue<string>(out var text) => Variable().Replace(text, match => match.Value == "$$" ? "$" : variables.GetValueOrDefault(match.Groups[1].Value + match.Groups[2].Value) ?? ""),
        _ => node?.DeepClone(),
    };

    [GeneratedRegex(@"([0-9.]+)(ms|h|m|s)")]
    private static partial Regex DurationPart();

    [GeneratedRegex(@"\$\$|\$\{(\w+)(?::?-[^}]*)?\}|\$(\w+)")]
    private static partial Regex Variable();
}
