namespace MultiAgentInfra.Clients.Kubernetes;

/// <summary>A machine of a cluster (https://kubernetes.io/docs/reference/kubernetes-api/cluster-resources/node-v1/).</summary>
public sealed record KubernetesNode(KubernetesMetadata Metadata, NodeSpec? Spec, NodeStatus Status)
{
    /// <summary>Whether it takes new pods that tolerate nothing, as agents do; masters seldom do.</summary>
    public bool IsSchedulable => Spec is not { Unschedulable: true } && Spec?.Taints?.Any(taint => taint.Effect is "NoSchedule" or "NoExecute") != true && Status.Conditions?.FirstOrDefault(condition => condition.Type == "Ready") is { Status: "True" };
}

/// <summary>Which pods a node takes.</summary>
/// <param name="Unschedulable">Whether it is cordoned.</param>
public sealed record NodeSpec(bool Unschedulable, IReadOnlyList<NodeTaint>? Taints);

/// <summary>What a pod must tolerate to come to a node (https://kubernetes.io/docs/concepts/scheduling-eviction/taint-and-toleration/).</summary>
/// <param name="Effect"><c>NoSchedule</c>, <c>PreferNoSchedule</c> or <c>NoExecute</c>.</param>
public sealed record NodeTaint(string Key, string Effect);

/// <summary>A node's size, as quantities (<see cref="KubernetesAmount"/>), and its conditions.</summary>
/// <param name="Allocatable">What pods may have of the capacity.</param>
public sealed record NodeStatus(
    IReadOnlyDictionary<string, string>? Capacity, IReadOnlyDictionary<string, string>? Allocatable, IReadOnlyList<KubernetesCondition>? Conditions);

/// <summary>What is used of a node, as the cluster's metrics server saw it last.</summary>
public sealed record KubernetesNodeMetrics(KubernetesMetadata Metadata, IReadOnlyDictionary<string, string>? Usage);

/// <summary>What a namespace may use and uses (https://kubernetes.io/docs/concepts/policy/resource-quotas/).</summary>
public sealed record KubernetesQuota(KubernetesMetadata Metadata, QuotaStatus? Status);

/// <summary>A quota's limits and what is taken of them, as quantities (<see cref="KubernetesAmount"/>).</summary>
public sealed record QuotaStatus(IReadOnlyDictionary<string, string>? Hard, IReadOnlyDictionary<string, string>? Used);

/// <summary>Work that ends (https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/job-v1/).</summary>
public sealed record KubernetesJob(KubernetesMetadata Metadata, JobStatus? Status)
{
    public bool HasSucceeded => Has("Complete");

    public bool HasFailed => Has("Failed");

    private bool Has(string type) => Status?.Conditions?.Any(condition => condition.Type == type && condition.Status == "True") == true;
}

/// <summary>How far a job is, in pods.</summary>
public sealed record JobStatus(int Active, int Succeeded, int Failed, IReadOnlyList<KubernetesCondition>? Conditions);
