namespace MultiAgentInfra.TestSupport.Portainer;

/// <summary>A kind of object that an API server serves.</summary>
internal sealed record KubeResource(string Group, string Version, string Plural, string Kind, bool Namespaced = true)
{
    public static readonly KubeResource Namespaces = new("", "v1", "namespaces", "Namespace", false);
    public static readonly KubeResource Nodes = new("", "v1", "nodes", "Node", false);
    public static readonly KubeResource Pods = new("", "v1", "pods", "Pod");
    public static readonly KubeResource Events = new("", "v1", "events", "Event");
    public static readonly KubeResource Secrets = new("", "v1", "secrets", "Secret");
    public static readonly KubeResource ConfigMaps = new("", "v1", "configmaps", "ConfigMap");
    public static readonly KubeResource ServiceAccounts = new("", "v1", "serviceaccounts", "ServiceAccount");
    public static readonly KubeResource Services = new("", "v1", "services", "Service");
    public static readonly KubeResource Claims = new("", "v1", "persistentvolumeclaims", "PersistentVolumeClaim");
    public static readonly KubeResource Quotas = new("", "v1", "resourcequotas", "ResourceQuota");
    public static readonly KubeResource LimitRanges = new("", "v1", "limitranges", "LimitRange");
    public static readonly KubeResource StatefulSets = new("apps", "v1", "statefulsets", "StatefulSet");
    public static readonly KubeResource Deployments = new("apps", "v1", "deployments", "Deployment");
    public static readonly KubeResource ReplicaSets = new("apps", "v1", "replicasets", "ReplicaSet");
    public static readonly KubeResource Jobs = new("batch", "v1", "jobs", "Job");
    public static readonly KubeResource Snapshots = new("snapshot.storage.k8s.io", "v1", "volumesnapshots", "VolumeSnapshot");
    public static readonly KubeResource SnapshotClasses = new("snapshot.storage.k8s.io", "v1", "volumesnapshotclasses", "VolumeSnapshotClass", false);
    public static readonly KubeResource StorageClasses = new("storage.k8s.io", "v1", "storageclasses", "StorageClass", false);
    public static readonly KubeResource NetworkPolicies = new("networking.k8s.io", "v1", "networkpolicies", "NetworkPolicy");
    public static readonly KubeResource Scalers = new("autoscaling", "v2", "horizontalpodautoscalers", "HorizontalPodAutoscaler");
    public static readonly KubeResource PodMetrics = new("metrics.k8s.io", "v1beta1", "pods", "PodMetrics");
    public static readonly KubeResource NodeMetrics = new("metrics.k8s.io", "v1beta1", "nodes", "NodeMetrics", false);

    public static readonly IReadOnlyList<KubeResource> All =
    [
        Namespaces, Nodes, Pods, Events, Secrets, ConfigMaps, ServiceAccounts, Services, Claims, Quotas, LimitRanges,
        StatefulSets, Deployments, ReplicaSets, Jobs, NetworkPolicies, Scalers, Snapshots, SnapshotClasses, StorageClasses, PodMetrics, NodeMetrics,
        new("networking.k8s.io", "v1", "ingresses", "Ingress"),
        new("networking.k8s.io", "v1", "ingressclasses", "IngressClass", false),
        new("policy", "v1", "poddisruptionbudgets", "PodDisruptionBudget"),
        new("rbac.authorization.k8s.io", "v1", "roles", "Role"),
        new("rbac.authorization.k8s.io", "v1", "rolebindings", "RoleBinding"),
    ];

    private static readonly Dictionary<(string, string, string), KubeResource> ByPlural = All.ToDictionary(entry => (entry.Group, entry.Version, entry.Plural));
    private static readonly Dictionary<(string, string), KubeResource> ByKind = All.ToDictionary(entry => (entry.ApiVersion, entry.Kind));

    public string ApiVersion => Group.Length == 0 ? Version : $"{Group}/{Version}";

    /// <summary>As in the API server's words: <c>deployments.apps</c>.</summary>
    public string Qualified => Group.Length == 0 ? Plural : $"{Plural}.{Group}";

    public bool HasScale => this == StatefulSets || this == Deployments || this == ReplicaSets;

    public static KubeResource? Find(string group, string version, string plural) => ByPlural.GetValueOrDefault((group, version, plural));

    public static KubeResource? OfKind(string? apiVersion, string? kind) => ByKind.GetValueOrDefault((apiVersion ?? "", kind ?? ""));
}
