using System.Text.Json.Nodes;

namespace MultiAgentInfra.Clients.Kubernetes;

/// <summary>The namespace of one owner and what holds in it: Pod Security <c>restricted</c>, a quota, defaults for containers that ask for nothing,
/// and network policies (<see cref="OwnerTraffic"/>). They are made before any agent is, and do not change with agents.</summary>
public sealed class OwnerManifest
{
    private const string PodSecurity = "pod-security.kubernetes.io/";

    private OwnerManifest(OwnerSpace space)
    {
        space.Check();
        Objects =
        [
            RestrictedNamespace(KubernetesNames.Namespace(space.OrganizationId), Labels(space)),
            .. new[] { Quota(space), Defaults(space) }.Concat(OwnerTraffic.Of(space)).Select(json => new ManifestObject(json)),
        ];
        Yaml = YamlText.Write(Objects);
    }

    /// <summary>In the order in which they are made: the namespace first.</summary>
    public IReadOnlyList<ManifestObject> Objects { get; }

    /// <summary>All objects, the same text for the same space.</summary>
    public string Yaml { get; }

    /// <exception cref="Core.NonRetryableException">The space makes no sense.</exception>
    public static OwnerManifest Of(OwnerSpace space) => new(space);

    internal static JsonObject Metadata(OwnerSpace space, string name) => new()
    {
        ["name"] = name,
        ["namespace"] = KubernetesNames.Namespace(space.OrganizationId),
        ["labels"] = Labels(space),
    };

    private static JsonObject Labels(OwnerSpace space) => new()
    {
        [KubernetesNames.ManagedByLabel] = KubernetesNames.ManagedBy,
        [KubernetesNames.OwnerLabel] = $"{space.OrganizationId:D}",
    };

    /// <summary>A namespace whose pods are within Pod Security's level (https://kubernetes.io/docs/concepts/security/pod-security-admission/).</summary>
    internal static ManifestObject RestrictedNamespace(string name, JsonObject labels)
    {
        foreach (var mode in new[] { "enforce", "audit", "warn" })
            (labels[PodSecurity + mode], labels[$"{PodSecurity}{mode}-version"]) = ("restricted", "latest");
        return new(new JsonObject { ["apiVersion"] = "v1", ["kind"] = "Namespace", ["metadata"] = new JsonObject { ["name"] = name, ["labels"] = labels } });
    }

    private static JsonObject Quota(OwnerSpace space) => new()
    {
        ["apiVersion"] = "v1",
        ["kind"] = "ResourceQuota",
        ["metadata"] = Metadata(space, "owner"),
        ["spec"] = new JsonObject
        {
            ["hard"] = new JsonObject
            {
                ["limits.cpu"] = Quantity.Cores(space.Limits.Cpu),
                ["limits.memory"] = Quantity.MiB(space.Limits.MemoryMiB),
                ["requests.storage"] = Quantity.GiB(space.Limits.StorageGiB),
                ["pods"] = KubernetesNames.Number(space.Limits.Pods),
                ["persistentvolumeclaims"] = KubernetesNames.Number(space.Limits.Pods),
                ["services.loadbalancers"] = "0",
                ["services.nodeports"] = "0",
            },
        },
    };

    private static JsonObject Defaults(OwnerSpace space) => new()
    {
        ["apiVersion"] = "v1",
        ["kind"] = "LimitRange",
        ["metadata"] = Metadata(space, "owner"),
        ["spec"] = new JsonObject
        {
            ["limits"] = new JsonArray(new JsonObject
            {
                ["type"] = "Container",
                ["default"] = new JsonObject { ["cpu"] = "1", ["memory"] = "1Gi" },
                ["defaultRequest"] = new JsonObject { ["cpu"] = "100m", ["memory"] = "512Mi" },
            }),
        },
    };
}
