using System.Text.Json.Nodes;
using MultiAgentInfra.Clients.Targets;
using MultiAgentInfra.Core.Clusters;
using MultiAgentInfra.Core.Images;

namespace MultiAgentInfra.Clients.Kubernetes;

/// <summary>An agent's pod, within Pod Security's level <c>restricted</c> (https://kubernetes.io/docs/concepts/security/pod-security-standards/#restricted).
/// It can write to its volume and to <c>/tmp</c>.</summary>
internal static class AgentPod
{
    public const string Port = "http";

    private const string TemporaryVolume = "tmp";
    private const int TemporaryMiB = 64;
    private const int GraceSeconds = 30;

    /// <summary>What the scheduler keeps for an agent that is idle; a start takes up to the limit.</summary>
    public static PodAmount Requested(AgentWorkload workload)
    {
        var amount = AgentDemand.Requests(workload.Launch.Resources);
        return new(amount.CpuMilli / 1000.0, (int)(amount.MemoryBytes >> 20));
    }

    public static JsonObject Requests(AgentWorkload workload) => new()
    {
        ["cpu"] = Quantity.Cores(Requested(workload).Cpu),
        ["memory"] = Quantity.MiB(Requested(workload).MemoryMiB),
    };

    public static JsonObject Limits(AgentWorkload workload) => new()
    {
        ["cpu"] = Quantity.Cores(workload.Launch.Resources.Cpu),
        ["memory"] = Quantity.MiB(workload.Launch.Resources.MemoryMiB),
    };

    public static JsonObject Spec(AgentWorkload workload)
    {
        var spec = new JsonObject
        {
            ["serviceAccountName"] = KubernetesNames.Agent(workload.Launch.AgentId),
            ["automountServiceAccountToken"] = false,
            // ElizaOS takes variables such as NAME_X for secrets of its own, and those of other services are none of its business.
            ["enableServiceLinks"] = false,
            ["terminationGracePeriodSeconds"] = GraceSeconds,
            ["securityContext"] = new JsonObject
            {
                ["runAsNonRoot"] = true,
                ["runAsUser"] = RuntimeSettings.UserId,
                ["runAsGroup"] = RuntimeSettings.UserId,
                ["fsGroup"] = RuntimeSettings.UserId,
                ["fsGroupChangePolicy"] = "OnRootMismatch",
                ["seccompProfile"] = new JsonObject { ["type"] = "RuntimeDefault" },
            },
            ["containers"] = new JsonArray(Container(workload)),
            ["volumes"] = Volumes(workload),
        };
        if (workload.PullSecrets.Count > 0)
            spec["imagePullSecrets"] = new JsonArray([.. workload.PullSecrets.Select(name => new JsonObject { ["name"] = name })]);
        if (AgentScaling.IsMany(workload))
            spec["topologySpreadConstraints"] = new JsonArray(AgentScaling.Spread(workload));
        return spec;
    }

    /// <summary>Its labels stay when the agent's change: a StatefulSet's templates of claims cannot be changed.</summary>
    public static JsonObject Claim(AgentWorkload workload)
    {
        var labels = AgentManifest.SelectorLabels(workload);
        labels[KubernetesNames.ManagedByLabel] = KubernetesNames.ManagedBy;
        labels[KubernetesNames.OwnerLabel] = $"{workload.OrganizationId:D}";
        var spec = new JsonObject
        {
            // ElizaOS's own database takes no lock: two pods on one volume lose writes.
            ["accessModes"] = new JsonArray("ReadWriteOncePod"),
            ["resources"] = new JsonObject { ["requests"] = new JsonObject { ["storage"] = Quantity.GiB(workload.Volume.GiB) } },
        };
        if (workload.Volume.StorageClass is { } storageClass)
            spec["storageClassName"] = storageClass;
        return new() { ["metadata"] = new JsonObject { ["name"] = KubernetesNames.DataVolume, ["labels"] = labels }, ["spec"] = spec };
    }

    private static JsonObject Container(AgentWorkload workload)
    {
        var name = KubernetesNames.Agent(workload.Launch.AgentId);
        return new()
        {
            ["name"] = KubernetesNames.Container,
            ["image"] = workload.Image,
            ["imagePullPolicy"] = "IfNotPresent",
            ["workingDir"] = RuntimeSettings.WorkingFolder,
            ["envFrom"] = new JsonArray(
                new JsonObject { ["configMapRef"] = new JsonObject { ["name"] = name } },
                new JsonObject { ["secretRef"] = new JsonObject { ["name"] = name } }),
            ["ports"] = new JsonArray(new JsonObject { ["name"] = Port, ["containerPort"] = RuntimeSettings.Port, ["protocol"] = "TCP" }),
            ["resources"] = new JsonObject { ["requests"] = Requests(workload), ["limits"] = Limits(workload) },
            ["securityContext"] = new JsonObject
            {
                ["allowPrivilegeEscalation"] = false,
                ["readOnlyRootFilesystem"] = true,
                ["capabilities"] = new JsonObject { ["drop"] = new JsonArray("ALL") },
            },
            // Two minutes for a start on a busy node; no other probe asks before.
            ["startupProbe"] = Probe("/healthz", period: 5, timeout: 5, failures: 24),
            ["livenessProbe"] = Probe("/healthz", period: 10, timeout: 5, failures: 3),
            ["readinessProbe"] = Probe("/health", period: 10, timeout: 5, failures: 3),
            ["volumeMounts"] = new JsonArray(
                new JsonObject { ["name"] = KubernetesNames.DataVolume, ["mountPath"] = RuntimeSettings.WorkingFolder },
                new JsonObject { ["name"] = TemporaryVolume, ["mountPath"] = "/tmp" }),
        };
    }

    private static JsonObject Probe(string path, int period, int timeout, int failures) => new()
    {
        ["httpGet"] = new JsonObject { ["path"] = path, ["port"] = Port },
        ["periodSeconds"] = period,
        ["timeoutSeconds"] = timeout,
        ["failureThreshold"] = failures,
    };

    // The claim's volume is put in by the StatefulSet.
    private static JsonArray Volumes(AgentWorkload workload)
    {
        var temporary = new JsonObject { ["name"] = TemporaryVolume, ["emptyDir"] = new JsonObject { ["sizeLimit"] = Quantity.MiB(TemporaryMiB) } };
        return !workload.Replicable
            ? [temporary]
            : [new JsonObject { ["name"] = KubernetesNames.DataVolume, ["emptyDir"] = new JsonObject { ["sizeLimit"] = Quantity.GiB(workload.Volume.GiB) } }, temporary];
    }
}
