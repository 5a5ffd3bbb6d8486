using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using MultiAgentInfra.Clients.Targets;

namespace MultiAgentInfra.Clients.Kubernetes;

/// <summary>
/// The objects of one agent. They hold no secret: the Secret with the agent's name is only referred to, and goes to the cluster apart. A singleton is
/// a StatefulSet of one, because only that keeps a second pod from starting while the first may still run
/// (https://kubernetes.io/docs/tasks/run-application/force-delete-stateful-set-pod/), with a claim that is left when it goes; a replicable agent is a Deployment.
/// </summary>
public sealed class AgentManifest
{
    private readonly AgentWorkload _workload;

    private AgentManifest(AgentWorkload workload)
    {
        workload.Check();
        _workload = workload;
        ConfigHash = Hash(workload);
        List<JsonObject?> objects = [ServiceAccount(), ConfigMap(), Workload(), .. AgentTraffic.Of(workload, Metadata), .. AgentScaling.Of(workload, Metadata)];
        Objects = [.. objects.OfType<JsonObject>().Select(json => new ManifestObject(json))];
        Yaml = YamlText.Write(Objects);
    }

    /// <summary>Hexadecimal; changes with everything that the agent must be restarted for, the version of its secrets included.</summary>
    public string ConfigHash { get; }

    public IReadOnlyList<ManifestObject> Objects { get; }

    /// <summary>All objects, the same text for the same workload.</summary>
    public string Yaml { get; }

    /// <exception cref="Core.NonRetryableException">The workload makes no sense.</exception>
    public static AgentManifest Of(AgentWorkload workload) => new(workload);

    internal static Dictionary<string, string> Labels(AgentWorkload workload) => Labels(workload.Launch, workload.OrganizationId, workload.ElizaVersion);

    internal static Dictionary<string, string> Labels(AgentLaunch launch, Guid organizationId, string elizaVersion) => new()
    {
        [KubernetesNames.NameLabel] = KubernetesNames.ApplicationName,
        [KubernetesNames.InstanceLabel] = KubernetesNames.Agent(launch.AgentId),
        [KubernetesNames.VersionLabel] = KubernetesNames.LabelValue(elizaVersion),
        [KubernetesNames.ManagedByLabel] = KubernetesNames.ManagedBy,
        [KubernetesNames.AgentLabel] = $"{launch.AgentId:D}",
        [KubernetesNames.OwnerLabel] = $"{organizationId:D}",
        [KubernetesNames.RevisionLabel] = KubernetesNames.Number(launch.Revision),
        [KubernetesNames.AttemptLabel] = KubernetesNames.Number(launch.Attempt),
        [KubernetesNames.OperationLabel] = $"{launch.OperationId:D}",
    };

    internal static JsonObject Map(IEnumerable<KeyValuePair<string, string>> entries) => new(entries.Select(entry => KeyValuePair.Create(entry.Key, (JsonNode?)entry.Value)));

    // What a later deployment must not change: it stays on the claim, and a set's selector is for ever.
    internal static JsonObject SelectorLabels(AgentWorkload workload) => new() { [KubernetesNames.AgentLabel] = $"{workload.Launch.AgentId:D}" };

    /// <summary>Of an object with the agent's name.</summary>
    private JsonObject Metadata()
    {
        var annotations = new Dictionary<string, string> { [KubernetesNames.ConfigHashAnnotation] = ConfigHash };
        if (_workload.Title is { } title)
            annotations[KubernetesNames.TitleAnnotation] = title;
        return new()
        {
            ["name"] = KubernetesNames.Agent(_workload.Launch.AgentId),
            ["namespace"] = KubernetesNames.Namespace(_workload.OrganizationId),
            ["labels"] = Map(Labels(_workload)),
            ["annotations"] = Map(annotations),
        };
    }

    private JsonObject ServiceAccount() => new()
    {
        ["apiVersion"] = "v1",
        ["kind"] = "ServiceAccount",
        ["metadata"] = Metadata(),
        ["automountServiceAccountToken"] = false,
    };

    private JsonObject ConfigMap() => new()
    {
        ["apiVersion"] = "v1",
        ["kind"] = "ConfigMap",
        ["metadata"] = Metadata(),
        ["data"] = Map(_workload.Environment.OrderBy(variable => variable.Key, StringComparer.Ordinal)),
    };

    private JsonObject Workload()
    {
        var metadata = Metadata();
        var launch = JsonSerializer.Serialize(_workload.Launch, JsonSerializerOptions.Web);
        metadata["annotations"]![KubernetesNames.LaunchAnnotation] = launch;
        var template = new JsonObject
        {
            ["metadata"] = new JsonObject
            {
                ["labels"] = Map(Labels(_workload)),
                ["annotations"] = new JsonObject { [KubernetesNames.ConfigHashAnnotation] = ConfigHash, [KubernetesNames.LaunchAnnotation] = launch },
            },
            ["spec"] = AgentPod.Spec(_workload),
        };
        if (_workload.ExternalDatabase)
            template["metadata"]!["labels"]![KubernetesNames.DatabaseLabel] = "external";
        return new()
        {
            ["apiVersion"] = "apps/v1",
            ["kind"] = _workload.Replicable ? "Deployment" : "StatefulSet",
            ["metadata"] = metadata,
            ["spec"] = _workload.Replicable ? Deployment(template) : StatefulSet(template),
        };
    }

    // The number is given even where an autoscaler has a say: it does not start what was scaled to nothing.
    private JsonObject Deployment(JsonObject template) => new()
    {
        ["replicas"] = _workload.Replicas,
        ["revisionHistoryLimit"] = 1,
        ["selector"] = new JsonObject { ["matchLabels"] = SelectorLabels(_workload) },
        ["strategy"] = new JsonObject { ["type"] = "RollingUpdate", ["rollingUpdate"] = new JsonObject { ["maxSurge"] = 1, ["maxUnavailable"] = 0 } },
        ["template"] = template,
    };

    private JsonObject StatefulSet(JsonObject template) => new()
    {
        ["replicas"] = 1,
        ["revisionHistoryLimit"] = 1,
        // The default waits for a pod to be ready before it takes another template, and so for ever for one that crashes.
        ["podManagementPolicy"] = "Parallel",
        ["serviceName"] = KubernetesNames.Agent(_workload.Launch.AgentId),
        ["selector"] = new JsonObject { ["matchLabels"] = SelectorLabels(_workload) },
        ["persistentVolumeClaimRetentionPolicy"] = new JsonObject { ["whenDeleted"] = "Retain", ["whenScaled"] = "Retain" },
        ["template"] = template,
        ["volumeClaimTemplates"] = new JsonArray(AgentPod.Claim(_workload)),
    };

    internal static string Hash(AgentWorkload workload) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(new JsonObject
    {
        ["pod"] = AgentPod.Spec(workload),
        ["environment"] = Map(workload.Environment.OrderBy(variable => variable.Key, StringComparer.Ordinal)),
        ["secrets"] = workload.SecretsVersion,
    }.ToJsonString())));
}
