using System.Text.Json.Nodes;
using MultiAgentInfra.Core.Images;

namespace MultiAgentInfra.Clients.Kubernetes;

/// <summary>The network policies of one owner's namespace (https://kubernetes.io/docs/concepts/services-networking/network-policies/): nothing but
/// names from DNS, the public Internet for agents, the API server's question for their health, and the databases that are named.</summary>
internal static class OwnerTraffic
{
    // Special-purpose addresses by https://www.iana.org/assignments/iana-ipv4-special-registry/ and multicast. The metadata services of clouds are
    // in 169.254.0.0/16, 100.64.0.0/10 and 192.0.0.0/24; Azure's own is a public address.
    private static readonly string[] NotPublic =
    [
        "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "168.63.129.16/32", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24",
        "192.0.2.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4",
    ];

    // 64:ff9b::/96, 64:ff9b:1::/48 and 2002::/16 lead to IPv4 addresses, private ones too.
    private static readonly string[] NotPublic6 = ["::/96", "64:ff9b::/96", "64:ff9b:1::/48", "2001:db8::/32", "2002::/16", "fc00::/7", "fe80::/10", "ff00::/8"];

    public static IEnumerable<JsonObject> Of(OwnerSpace space)
    {
        yield return Policy(space, "default-deny", [], ingress: [], egress: []);
        yield return Policy(space, "allow-dns", [], ingress: null, egress: [Names()]);
        yield return Policy(space, "allow-internet", Agents(), ingress: null, egress: [new() { ["to"] = Internet() }]);

        // Without addresses too, so that an exception goes when its setting does.
        yield return Policy(space, "allow-health", Agents(), egress: null, ingress: space.ControlPlane.Count == 0 ? [] :
        [
            new()
            {
                ["from"] = new JsonArray([.. space.ControlPlane.Select(range => Range(range))]),
                ["ports"] = new JsonArray(Port("TCP", RuntimeSettings.Port)),
            },
        ]);
        yield return Policy(space, "allow-databases", Labels(KubernetesNames.DatabaseLabel, "external"), ingress: null, egress:
        [
            .. space.Databases.Select(database => new JsonObject
            {
                ["to"] = new JsonArray(Range(database.Range)),
                ["ports"] = new JsonArray(Port("TCP", database.Port)),
            }),
        ]);
    }

    /// <summary>The policy of pods that let nothing in and reach names and these ranges, the public Internet when there are none.</summary>
    public static JsonObject Outward(IReadOnlyList<string> ranges) => Spec(
        [], ingress: [], egress: [Names(), new() { ["to"] = ranges.Count == 0 ? Internet() : new JsonArray([.. ranges.Select(range => Range(range))]) }]);

    private static JsonObject Policy(OwnerSpace space, string name, JsonObject pods, JsonObject[]? ingress, JsonObject[]? egress) => new()
    {
        ["apiVersion"] = "networking.k8s.io/v1",
        ["kind"] = "NetworkPolicy",
        ["metadata"] = OwnerManifest.Metadata(space, name),
        ["spec"] = Spec(pods, ingress, egress),
    };

    /// <param name="ingress">Null when the policy has no say in it; empty when nothing may come in.</param>
    /// <param name="egress">Null when the policy has no say in it; empty when nothing may go out.</param>
    private static JsonObject Spec(JsonObject pods, JsonObject[]? ingress, JsonObject[]? egress)
    {
        var spec = new JsonObject { ["podSelector"] = pods, ["policyTypes"] = new JsonArray() };
        foreach (var (direction, rules) in new[] { ("Ingress", ingress), ("Egress", egress) })
        {
            if (rules is null)
                continue;
            spec["policyTypes"]!.AsArray().Add((JsonNode)direction);
            spec[direction.ToLowerInvariant()] = new JsonArray([.. rules]);
        }

        return spec;
    }

    private static JsonObject Names() => new() { ["to"] = new JsonArray(Dns()), ["ports"] = new JsonArray(Port("UDP", 53), Port("TCP", 53)) };

    private static JsonArray Internet() => [Range("0.0.0.0/0", NotPublic), Range("::/0", NotPublic6)];

    private static JsonObject Agents() => Labels(KubernetesNames.NameLabel, KubernetesNames.ApplicationName);

    private static JsonObject Labels(string name, string value) => new() { ["matchLabels"] = new JsonObject { [name] = value } };

    private static JsonObject Dns() => new()
    {
        ["namespaceSelector"] = Labels("kubernetes.io/metadata.name", "kube-system"),
        ["podSelector"] = Labels("k8s-app", "kube-dns"),
    };

    private static JsonObject Port(string protocol, int port) => new() { ["protocol"] = protocol, ["port"] = port };

    private static JsonObject Range(string range, params string[] except)
    {
        var block = new JsonObject { ["cidr"] = range };
        if (except.Length > 0)
            block["except"] = new JsonArray([.. except.Select(part => (JsonNode)part)]);
        return new() { ["ipBlock"] = block };
    }
}
