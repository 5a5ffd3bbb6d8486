using System.Text.Json.Serialization;

namespace MultiAgentInfra.Clients.Kubernetes;

/// <summary>A StatefulSet or a Deployment of an agent.</summary>
internal sealed record AgentSet(KubernetesKind Kind, KubernetesWorkload Workload)
{
    public int Wanted => Workload.Spec.Replicas ?? 1;

    /// <summary>Whether its controller has seen what it is to be.</summary>
    public bool IsSettled => Workload.Status is { } status && status.ObservedGeneration >= Workload.Metadata.Generation;
}

/// <summary>What a cluster has of one agent at a moment.</summary>
/// <param name="Sets">Two while it changes from one kind to the other.</param>
/// <param name="Pods">Newest last. They are listed after the sets: what a set that wants none has made is among them.</param>
internal sealed record AgentSight(IReadOnlyList<AgentSet> Sets, IReadOnlyList<KubernetesPod> Pods)
{
    /// <summary>The set that has pods, or is to have some.</summary>
    [JsonIgnore]
    public AgentSet? Active => Sets.FirstOrDefault(set => set.Wanted > 0);

    /// <summary>Proof that nothing of the agent runs, and nothing is about to.</summary>
    [JsonIgnore]
    public bool IsGone => Pods.Count == 0 && Sets.All(set => set.Wanted == 0 && set.IsSettled);

    public static async Task<AgentSight> LookAsync(KubernetesCluster cluster, Guid agentId, DateTimeOffset? since, CancellationToken cancellationToken)
    {
        var statefulSets = cluster.ListStatefulSetsAsync(since, cancellationToken);
        var deployments = cluster.ListDeploymentsAsync(since, cancellationToken);
        var sets = Of(KubernetesKind.StatefulSet, await statefulSets).Concat(Of(KubernetesKind.Deployment, await deployments)).ToList();
        var pods = (await cluster.ListPodsAsync(since, cancellationToken)).Where(pod => pod.Metadata.AgentId == agentId);
        return new(sets, [.. pods.OrderBy(pod => pod.Metadata.CreationTimestamp)]);

        IEnumerable<AgentSet> Of(KubernetesKind kind, IReadOnlyList<KubernetesWorkload> workloads) =>
            workloads.Where(workload => workload.Metadata.AgentId == agentId).Select(workload => new AgentSet(kind, workload));
    }
}
