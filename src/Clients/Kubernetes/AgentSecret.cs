using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using MultiAgentInfra.Clients.Oci;
using MultiAgentInfra.Clients.Targets;

namespace MultiAgentInfra.Clients.Kubernetes;

/// <summary>The secrets of a cluster that this system writes itself; they are in no manifest and in no stack file.</summary>
internal static class AgentSecret
{
    private const int VersionBytes = 16;

    /// <summary>What <see cref="AgentManifest"/> refers to by the agent's name.</summary>
    public static ManifestObject Of(AgentWorkload workload, IReadOnlyDictionary<string, string> values) => Build(
        KubernetesNames.Namespace(workload.OrganizationId),
        KubernetesNames.Agent(workload.Launch.AgentId),
        AgentManifest.Map(AgentManifest.Labels(workload)),
        "Opaque",
        values);

    /// <summary>An account of a registry, as kubelets read it (https://kubernetes.io/docs/concepts/configuration/secret/#docker-config-secrets).</summary>
    public static ManifestObject ForPull(string name, Guid organizationId, PullCredential credential)
    {
        var auth = Convert.ToBase64String(Encoding.UTF8.GetBytes($"{credential.Username}:{credential.Password}"));
        var config = new JsonObject
        {
            ["auths"] = new JsonObject
            {
                [credential.Registry] = new JsonObject { ["username"] = credential.Username, ["password"] = credential.Password, ["auth"] = auth },
            },
        };
        var labels = new JsonObject { [KubernetesNames.ManagedByLabel] = KubernetesNames.ManagedBy, [KubernetesNames.OwnerLabel] = $"{organizationId:D}" };
        return Build(
            KubernetesNames.Namespace(organizationId), name, labels, "kubernetes.io/dockerconfigjson",
            new Dictionary<string, string> { [".dockerconfigjson"] = config.ToJsonString() });
    }

    /// <summary>Changes with the secrets. Its key is one of them, so that it gives nothing away to whoever reads a manifest.</summary>
    public static string Version(IReadOnlyDictionary<string, string> values)
    {
        var text = JsonSerializer.SerializeToUtf8Bytes(values.OrderBy(value => value.Key, StringComparer.Ordinal));
        return Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes(values["SECRET_SALT"]), text).AsSpan(0, VersionBytes));
    }

    /// <summary>The same with names only.</summary>
    public static ManifestObject Mask(JsonObject secret)
    {
        var masked = secret.DeepClone().AsObject();
        masked.Remove("stringData");
        masked["data"] = new JsonObject((secret["data"]?.AsObject() ?? []).Select(value => KeyValuePair.Create(value.Key, (JsonNode?)LaunchPlan.Mask)));
        if (masked["metadata"]?["annotations"] is JsonObject)
            masked["metadata"]!.AsObject().Remove("annotations");
        return new(masked);
    }

    private static ManifestObject Build(string space, string name, JsonObject labels, string type, IReadOnlyDictionary<string, string> values) => new(new JsonObject
    {
        ["apiVersion"] = "v1",
        ["kind"] = "Secret",
        ["metadata"] = new JsonObject { ["name"] = name, ["namespace"] = space, ["labels"] = labels },
        ["type"] = type,
        ["data"] = new JsonObject(values.Select(value => KeyValuePair.Create(value.Key, (JsonNode?)Convert.ToBase64String(Encoding.UTF8.GetBytes(value.Value))))),
    });
}
