using System.Text.Json.Serialization;

namespace MultiAgentInfra.Clients.Kubernetes;

/// <summary>What every object has (https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/object-meta/).</summary>
/// <param name="Namespace">Null for an object of the whole cluster.</param>
/// <param name="Uid">Of this very object: the next one of its name has another.</param>
/// <param name="DeletionTimestamp">Given while it is being deleted.</param>
public sealed record KubernetesMetadata(
    string Name, string? Namespace, string Uid, long Generation, DateTimeOffset? CreationTimestamp, DateTimeOffset? DeletionTimestamp,
    IReadOnlyDictionary<string, string>? Labels, IReadOnlyDictionary<string, string>? Annotations)
{
    /// <summary>The agent that it belongs to; null when it is of none.</summary>
    public Guid? AgentId => Guid.TryParse(Labels?.GetValueOrDefault(KubernetesNames.AgentLabel), out var id) ? id : null;
}

/// <summary>An object of which only its metadata matters.</summary>
public sealed record KubernetesObject(KubernetesMetadata Metadata);

/// <summary>A condition of a pod, a node, a workload or a job.</summary>
/// <param name="Status"><c>True</c>, <c>False</c> or <c>Unknown</c>.</param>
public sealed record KubernetesCondition(string Type, string Status, string? Reason, string? Message, DateTimeOffset? LastTransitionTime);

/// <summary>A StatefulSet or a Deployment.</summary>
public sealed record KubernetesWorkload(KubernetesMetadata Metadata, WorkloadSpec Spec, WorkloadStatus? Status);

/// <summary>What a workload is to have.</summary>
/// <param name="Replicas">Pods; null stands for 1.</param>
/// <param name="VolumeClaimTemplates">Of a StatefulSet.</param>
public sealed record WorkloadSpec(int? Replicas, IReadOnlyList<KubernetesClaim>? VolumeClaimTemplates = null)
{
    /// <summary>The volume of each of its pods; null where they have none.</summary>
    [JsonIgnore]
    public AgentVolume? Volume => VolumeClaimTemplates is [var claim, ..] && KubernetesAmount.TryParse(claim.Spec.Resources?.Requests?.GetValueOrDefault("storage"), out var bytes)
        ? new((int)(bytes / (1 << 30)), claim.Spec.StorageClassName)
        : null;
}

/// <summary>How many pods a workload has.</summary>
public sealed record WorkloadStatus(long ObservedGeneration, int Replicas, int ReadyReplicas, IReadOnlyList<KubernetesCondition>? Conditions);

/// <summary>Something that happened to an object; the API server keeps it for an hour or so
/// (https://kubernetes.io/docs/reference/kubernetes-api/cluster-resources/event-v1/).</summary>
/// <param name="Type"><c>Normal</c> or <c>Warning</c>.</param>
public sealed record KubernetesEvent(
    KubernetesMetadata Metadata, string? Type, string? Reason, string? Message, int Count, EventSubject InvolvedObject, DateTimeOffset? LastTimestamp, DateTimeOffset? EventTime)
{
    public DateTimeOffset? Time => LastTimestamp ?? EventTime ?? Metadata.CreationTimestamp;
}

/// <summary>What an event is about.</summary>
public sealed record EventSubject(string? Kind, string? Namespace, string? Name, string? Uid);
