using MultiAgentInfra.Core.Clusters;

namespace MultiAgentInfra.Functions.Http;

/// <summary>A cluster on the wire.</summary>
/// <param name="OnlyByName">Whether it takes the agents alone that ask for it.</param>
/// <param name="Requested">What all pods ask for; null where nothing schedules by it.</param>
/// <param name="Used">Null where nobody measures it.</param>
/// <param name="Agents">How many the caller has there.</param>
public sealed record ClusterBody(
    string Id,
    string Name,
    string Kind,
    string Status,
    bool OnlyByName,
    bool Drained,
    DateTimeOffset SeenAt,
    int Nodes,
    ClusterAmountBody Capacity,
    ClusterAmountBody? Requested,
    ClusterAmountBody? Used,
    int Agents,
    ClusterLinks Links)
{
    public static ClusterBody Of(ClusterView view) => new(
        view.Facts.Id,
        view.Facts.Name,
        view.Facts.Kind,
        view.Facts.Status.ToString(),
        view.Facts.OnlyByName,
        view.Drained,
        view.Facts.SeenAt,
        view.Facts.Nodes.Count,
        ClusterAmountBody.Of(ClusterAmount.Sum(view.Facts.Nodes.Select(node => node.Allocatable))),
        view.Schedules ? ClusterAmountBody.Of(ClusterAmount.Sum(view.Facts.Nodes.Select(node => node.Requested))) : null,
        view.Facts.Nodes.Any(node => node.Used is not null) ? ClusterAmountBody.Of(ClusterAmount.Sum(view.Facts.Nodes.Select(node => node.Used ?? default))) : null,
        view.Own.Count,
        new(Http.Links.ClusterHealth(view.Facts.Id)));
}

/// <summary>A cluster with its nodes and what is wrong with it.</summary>
/// <param name="Healthy">It is up, a node takes pods, and nothing is wrong.</param>
/// <param name="Conditions">What is wrong, in sentences.</param>
/// <param name="Nodes">Each machine.</param>
public sealed record ClusterHealthBody(ClusterBody Cluster, bool Healthy, IReadOnlyList<string> Conditions, IReadOnlyList<ClusterNodeBody> Nodes)
{
    public static ClusterHealthBody Of(ClusterView view)
    {
        var conditions = Problems(view.Facts).ToList();
        return new(ClusterBody.Of(view), conditions.Count == 0, conditions, [.. view.Facts.Nodes.Select(node => ClusterNodeBody.Of(node, view.Schedules))]);
    }

    private static IEnumerable<string> Problems(ClusterFacts facts)
    {
        if (facts.Status != ClusterStatus.Up)
            yield return facts.Status == ClusterStatus.Down ? "The cluster is down." : "The cluster could not be asked.";
        else if (!facts.Nodes.Any(node => node.IsReady))
            yield return "No node takes pods.";
        foreach (var node in facts.Nodes.Where(node => node.Conditions.Count > 0))
            yield return $"Node {node.Name}: {string.Join(", ", node.Conditions)}.";
    }
}

/// <summary>A machine of a cluster on the wire.</summary>
/// <param name="Ready">Whether it takes new pods.</param>
public sealed record ClusterNodeBody(
    string Name, bool Ready, ClusterAmountBody Capacity, ClusterAmountBody? Requested, ClusterAmountBody? Used, IReadOnlyList<string> Conditions)
{
    public static ClusterNodeBody Of(ClusterNode node, bool schedules) => new(
        node.Name,
        node.IsReady,
        ClusterAmountBody.Of(node.Allocatable),
        schedules ? ClusterAmountBody.Of(node.Requested) : null,
        node.Used is { } used ? ClusterAmountBody.Of(used) : null,
        node.Conditions);
}

/// <summary>An amount in the units of an agent's resources.</summary>
/// <param name="Cpu">Cores.</param>
/// <param name="Pods">Null where pods do not count.</param>
public sealed record ClusterAmountBody(double Cpu, long MemoryMiB, int? Pods)
{
    public static ClusterAmountBody Of(ClusterAmount amount) => new(amount.CpuMilli / 1000.0, amount.MemoryBytes >> 20, amount.Pods == 0 ? null : amount.Pods);
}

/// <summary>Where to go from a cluster.</summary>
public sealed record ClusterLinks(string Health);

/// <summary>All clusters.</summary>
public sealed record ClusterListBody(IReadOnlyList<ClusterBody> Items);

/// <summary>What a drained cluster still has.</summary>
/// <param name="Agents">The caller's agents there.</param>
/// <param name="Others">How many others have there.</param>
public sealed record ClusterDrainBody(string Id, bool Drained, IReadOnlyList<Guid> Agents, int Others);

/// <summary>A cluster as one caller may see it.</summary>
/// <param name="Own">The caller's agents there.</param>
/// <param name="Others">How many others have there.</param>
public sealed record ClusterView(ClusterFacts Facts, bool Drained, IReadOnlyList<Guid> Own, int Others)
{
    /// <summary>Whether what pods ask for is known.</summary>
    public bool Schedules => Facts.Kind == "kubernetes" && Facts.Status == ClusterStatus.Up;
}
