using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace MultiAgentInfra.Clients.Tests.Kubernetes.Manifests;

/// <summary>What the compose specification (https://github.com/compose-spec/compose-spec/blob/main/spec.md) says of the elements that agents use:
/// their names, their types and the forms of their texts. No compose is to be had where these tests run.</summary>
internal static partial class ComposeRules
{
    private static readonly Func<JsonNode?, bool> Text = node => Kind(node) == JsonValueKind.String;
    private static readonly Func<JsonNode?, bool> Flag = node => Kind(node) is JsonValueKind.True or JsonValueKind.False;
    private static readonly Func<JsonNode?, bool> Number = node => Kind(node) == JsonValueKind.Number;
    private static readonly Func<JsonNode?, bool> Texts = node => node is JsonArray list && list.All(item => Text(item));
    private static readonly Func<JsonNode?, bool> Map = node => node is JsonObject map && map.All(entry => entry.Value is null or JsonValue);

    private static readonly IReadOnlyDictionary<string, Func<JsonNode?, bool>> VolumeMount = new Dictionary<string, Func<JsonNode?, bool>>
    {
        ["type"] = node => (string?)node is "volume" or "bind" or "tmpfs",
        ["source"] = Text,
        ["target"] = Text,
        ["read_only"] = Flag,
    };

    private static readonly IReadOnlyDictionary<string, Func<JsonNode?, bool>> Healthcheck = new Dictionary<string, Func<JsonNode?, bool>>
    {
        ["test"] = node => Texts(node) && (string?)node![0] is "CMD" or "CMD-SHELL" or "NONE",
        ["interval"] = node => Matches(node, Duration()),
        ["timeout"] = node => Matches(node, Duration()),
        ["start_period"] = node => Matches(node, Duration()),
        ["retries"] = Number,
    };

    private static readonly IReadOnlyDictionary<string, Func<JsonNode?, bool>> Service = new Dictionary<string, Func<JsonNode?, bool>>
    {
        ["container_name"] = node => Matches(node, ContainerName()),
        ["image"] = Text,
        ["environment"] = Map,
        ["labels"] = Map,
        ["user"] = Text,
        ["working_dir"] = Text,
        ["read_only"] = Flag,
        ["init"] = Flag,
        ["cap_drop"] = node => Texts(node) && node!.AsArray().Select(item => (string?)item).Distinct().Count() == node.AsArray().Count,
        ["security_opt"] = Texts,
        ["tmpfs"] = Texts,
        ["volumes"] = node => node is JsonArray list && list.All(item => Has(item, VolumeMount, "type", "target")),
        ["mem_limit"] = node => Matches(node, Bytes()),
        ["memswap_limit"] = node => Matches(node, Bytes()),
        ["cpus"] = Number,
        ["pids_limit"] = Number,
        ["healthcheck"] = node => Has(node, Healthcheck, "test"),
        ["restart"] = node => (string?)node is "no" or "always" or "on-failure" or "unless-stopped",
        ["stop_signal"] = Text,
        ["stop_grace_period"] = node => Matches(node, Duration()),
        ["logging"] = node => Has(node, new Dictionary<string, Func<JsonNode?, bool>> { ["driver"] = Text, ["options"] = Map }),
        ["network_mode"] = node => (string?)node is "none" or "host" or "bridge",
        ["ports"] = node => node is JsonArray list && list.All(item => Matches(item, Port())),
    };

    // What is external has a name and nothing else: compose refuses the rest.
    private static readonly Func<JsonNode?, bool> Resource = node => IsExternal(node)
        ? Has(node, new Dictionary<string, Func<JsonNode?, bool>> { ["name"] = Text, ["external"] = Flag })
        : Has(node, new Dictionary<string, Func<JsonNode?, bool>> { ["name"] = Text, ["labels"] = Map });

    /// <returns>What is wrong with the file; nothing when it is as it should be.</returns>
    public static IEnumerable<string> Problems(JsonNode file)
    {
        foreach (var part in file.AsObject().Where(part => part.Key is not ("services" or "volumes" or "networks")))
            yield return $"{part.Key} is no element of a file";
        foreach (var (name, resource) in Entries(file, "volumes").Concat(Entries(file, "networks")).Where(entry => !Resource(entry.Value)))
            yield return $"{name}: {resource}";
        foreach (var (name, service) in Entries(file, "services"))
        {
            foreach (var (key, value) in service!.AsObject().Where(entry => !Service.TryGetValue(entry.Key, out var rule) || !rule(entry.Value)))
                yield return $"{name}.{key}: {value?.ToJsonString()}";
            if (service["image"] is null)
                yield return $"{name} has no image";
            if (service["network_mode"] is not null && (service["ports"] is not null || file["networks"] is not null))
                yield return $"{name} has ports or a network beside its network mode";
            foreach (var source in (service["volumes"] as JsonArray ?? []).Select(mount => (string?)mount!["source"]).Where(source => file["volumes"]?[source!] is null))
                yield return $"{name} mounts the volume {source}, which is not declared";
        }
    }

    private static IEnumerable<KeyValuePair<string, JsonNode?>> Entries(JsonNode file, string section) => file[section] as JsonObject ?? [];

    private static bool Has(JsonNode? node, IReadOnlyDictionary<string, Func<JsonNode?, bool>> rules, params string[] required) =>
        node is JsonObject map && required.All(map.ContainsKey) && map.All(entry => rules.TryGetValue(entry.Key, out var rule) && rule(entry.Value));

    private static bool IsExternal(JsonNode? node) => Kind(node?["external"]) == JsonValueKind.True;

    private static bool Matches(JsonNode? node, Regex form) => Text(node) && form.IsMatch((string)node!);

    private static JsonValueKind Kind(JsonNode? node) => node?.GetValueKind() ?? JsonValueKind.Null;

    [GeneratedRegex(@"\A[a-zA-Z0-9][a-zA-Z0-9_.-]+\z")]
    private static partial Regex ContainerName();

    [GeneratedRegex(@"\A[0-9]+(b|k|kb|m|mb|g|gb)\z")]
    private static partial Regex Bytes();

    [GeneratedRegex(@"\A([0-9]+(us|ms|s|m|h))+\z")]
    private static partial Regex Duration();

    [GeneratedRegex(@"\A([0-9]{1,3}(\.[0-9]{1,3}){3}:)?[0-9]+:[0-9]+(/(tcp|udp))?\z")]
    private static partial Regex Port();
}
