using MultiAgentInfra.Core.Deployments;

namespace MultiAgentInfra.Core.Clusters;

/// <summary>What was found of one cluster for one agent.</summary>
/// <param name="Room">For how many more such agents it has room; 0 when it takes none.</param>
/// <param name="Reason">For people, such as <c>'one' (1) has room for 57 such agents</c>.</param>
public sealed record ClusterVerdict(string Cluster, long Room, string Reason);

/// <summary>Where an agent goes, and why.</summary>
/// <param name="Cluster">Null when none takes it.</param>
/// <param name="Reason">One sentence for people, without its full stop.</param>
/// <param name="MayPass">That none takes it only because of what was not known for the moment.</param>
/// <param name="Verdicts">One for each cluster that there was a choice of.</param>
/// <param name="IsFull">That none takes it, and one of them only for want of room.</param>
public sealed record PlacementDecision(string? Cluster, string Reason, bool MayPass, IReadOnlyList<ClusterVerdict> Verdicts, bool IsFull = false)
{
    private const string FullHint = "Ask for less memory, CPU or replicas, or make room: more or larger nodes, or agents that are stopped and deleted.";
    private const string NoClusterHint = "GET /api/clusters says which clusters there are and what is wrong with each; name one that takes agents, or none.";

    /// <summary>The reason, and what was found of every cluster.</summary>
    public string Explanation => Verdicts.Count == 0 ? Reason : $"{Reason}: {string.Join("; ", Verdicts.Select(verdict => verdict.Reason))}";

    /// <summary>Why none takes it; null when one does.</summary>
    public Diagnosis? Refusal => Cluster is not null ? null : new(
        IsFull ? DiagnosisCause.Unschedulable : DiagnosisCause.NoCluster,
        $"{Explanation}.",
        Verdicts.Count == 0 ? [Reason] : [.. Verdicts.Select(verdict => verdict.Reason)],
        IsFull ? FullHint : NoClusterHint);
}
