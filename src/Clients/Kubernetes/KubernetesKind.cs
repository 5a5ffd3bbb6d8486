namespace MultiAgentInfra.Clients.Kubernetes;

/// <summary>A kind of object and where the API has it (https://kubernetes.io/docs/reference/using-api/api-concepts/).</summary>
/// <param name="ApiVersion">Group and version, such as <c>apps/v1</c>.</param>
/// <param name="Plural">As paths name it.</param>
public sealed record KubernetesKind(string ApiVersion, string Name, string Plural, bool IsNamespaced = true)
{
    public static readonly KubernetesKind Autoscaler = new("autoscaling/v2", "HorizontalPodAutoscaler", "horizontalpodautoscalers");
    public static readonly KubernetesKind Claim = new("v1", "PersistentVolumeClaim", "persistentvolumeclaims");
    public static readonly KubernetesKind ConfigMap = new("v1", "ConfigMap", "configmaps");
    public static readonly KubernetesKind Deployment = new("apps/v1", "Deployment", "deployments");
    public static readonly KubernetesKind Event = new("v1", "Event", "events");
    public static readonly KubernetesKind Job = new("batch/v1", "Job", "jobs");
    public static readonly KubernetesKind LimitRange = new("v1", "LimitRange", "limitranges");
    public static readonly KubernetesKind Namespace = new("v1", "Namespace", "namespaces", IsNamespaced: false);
    public static readonly KubernetesKind NetworkPolicy = new("networking.k8s.io/v1", "NetworkPolicy", "networkpolicies");
    public static readonly KubernetesKind Node = new("v1", "Node", "nodes", IsNamespaced: false);
    public static readonly KubernetesKind NodeMetrics = new("metrics.k8s.io/v1beta1", "NodeMetrics", "nodes", IsNamespaced: false);
    public static readonly KubernetesKind Pod = new("v1", "Pod", "pods");
    public static readonly KubernetesKind Quota = new("v1", "ResourceQuota", "resourcequotas");
    public static readonly KubernetesKind Secret = new("v1", "Secret", "secrets");
    public static readonly KubernetesKind Snapshot = new("snapshot.storage.k8s.io/v1", "VolumeSnapshot", "volumesnapshots");
    public static readonly KubernetesKind SnapshotClass = new("snapshot.storage.k8s.io/v1", "VolumeSnapshotClass", "volumesnapshotclasses", IsNamespaced: false);
    public static readonly KubernetesKind StatefulSet = new("apps/v1", "StatefulSet", "statefulsets");
    public static readonly KubernetesKind StorageClass = new("storage.k8s.io/v1", "StorageClass", "storageclasses", IsNamespaced: false);

    /// <summary>What a stack of an agent may be made of. Kinds that others own in turn, such as pods, are not in it.</summary>
    internal static readonly IReadOnlyList<KubernetesKind> OfStacks =
    [
        StatefulSet,
        Deployment,
        Autoscaler,
        new("policy/v1", "PodDisruptionBudget", "poddisruptionbudgets"),
        new("networking.k8s.io/v1", "Ingress", "ingresses"),
        NetworkPolicy,
        new("v1", "Service", "services"),
        ConfigMap,
        new("v1", "ServiceAccount", "serviceaccounts"),
    ];

    private static readonly Dictionary<string, KubernetesKind> ByName =
        OfStacks.Concat([Claim, Job, LimitRange, Namespace, Pod, Quota, Secret, Snapshot]).ToDictionary(kind => kind.Name);

    /// <summary>The kind of an object that this system makes.</summary>
    public static KubernetesKind Of(ManifestObject manifest) =>
        ByName.GetValueOrDefault(manifest.Kind) is { } kind && kind.ApiVersion == manifest.ApiVersion
            ? kind
            : throw new ArgumentException($"{manifest.ApiVersion} {manifest.Kind} is no kind that is made here.", nameof(manifest));

    public override string ToString() => Name;
}
