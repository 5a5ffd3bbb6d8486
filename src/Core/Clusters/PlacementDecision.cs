namespace MultiAgentInfra.Core.Clusters;

/// <summary>What was found of one cluster for one agent.</summary>
/// <param name="Room">For how many more such agents it has room; 0 when it takes none.</param>
/// <param name="Reason">For people, such as <c>'one' (1) has room for 57 such agents</c>.</param>
public sealed record ClusterVerdict(string Cluster, long Room, string Reason);

/// <summary>Where an agent goes, and why.</summary>
/// <param name="Cluster">Null when none takes it.</param>
/// <param name="Reason">One sentence for people, without its full stop.</param>
/// <param name="MayPass">That none takes it only because of what was not known for the moment.</param>
/// <param name="Verdicts">One for each cluster.</param>
public sealed record PlacementDecision(string? Cluster, string Reason, bool MayPass, IReadOnlyList<ClusterVerdict> Verdicts)
{
    /// <summary>The reason, and what was found of every cluster.</summary>
    public string Explanation => Verdicts.Count == 0 ? Reason : $"{Reason}: {string.Join("; ", Verdicts.Select(verdict => verdict.Reason))}";
}
