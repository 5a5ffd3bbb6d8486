using System.Text.Json.Serialization;

namespace MultiAgentInfra.Clients.Kubernetes;

/// <summary>A claim of a volume (https://kubernetes.io/docs/reference/kubernetes-api/config-and-storage-resources/persistent-volume-claim-v1/).</summary>
public sealed record KubernetesClaim(KubernetesMetadata Metadata, ClaimSpec Spec, ClaimStatus? Status)
{
    [JsonIgnore]
    public bool IsBound => Status?.Phase == "Bound";

    /// <summary>Of the volume, which may be larger than was asked for, and which a claim from its snapshot must not be smaller than.</summary>
    [JsonIgnore]
    public string? Size => Status?.Capacity?.GetValueOrDefault("storage") ?? Spec.Resources?.Requests?.GetValueOrDefault("storage");
}

/// <summary>What a claim asks for.</summary>
/// <param name="DataSource">What its volume is made from; null for an empty one.</param>
public sealed record ClaimSpec(IReadOnlyList<string>? AccessModes, string? StorageClassName, string? VolumeMode, PodResources? Resources, ClaimSource? DataSource);

/// <summary>What a volume is made from.</summary>
public sealed record ClaimSource(string? ApiGroup, string Kind, string Name);

/// <summary>What a claim has got.</summary>
public sealed record ClaimStatus(string? Phase, IReadOnlyDictionary<string, string>? Capacity);

/// <summary>A snapshot of a volume (https://kubernetes.io/docs/concepts/storage/volume-snapshots/).</summary>
internal sealed record KubernetesSnapshot(KubernetesMetadata Metadata, SnapshotStatus? Status)
{
    [JsonIgnore]
    public bool IsReady => Status?.ReadyToUse == true && Metadata.DeletionTimestamp is null;
}

/// <summary>How far a snapshot is.</summary>
internal sealed record SnapshotStatus(bool? ReadyToUse, SnapshotError? Error);

/// <summary>Why the last attempt failed; there are more until it succeeds.</summary>
internal sealed record SnapshotError(string? Message);

/// <summary>How a driver makes snapshots.</summary>
internal sealed record KubernetesSnapshotClass(KubernetesMetadata Metadata, string Driver, string? DeletionPolicy)
{
    [JsonIgnore]
    public bool IsDefault => Metadata.Annotations?.GetValueOrDefault("snapshot.storage.kubernetes.io/is-default-class") == "true";
}

/// <summary>How volumes are made, and by which driver.</summary>
internal sealed record KubernetesStorageClass(KubernetesMetadata Metadata, string Provisioner);
