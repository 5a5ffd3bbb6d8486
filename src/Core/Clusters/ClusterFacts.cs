namespace MultiAgentInfra.Core.Clusters;

/// <summary>Whether a cluster can be reached.</summary>
public enum ClusterStatus
{
    Up,
    Down,

    /// <summary>It could not be asked.</summary>
    Unknown,
}

/// <summary>A machine of a cluster.</summary>
/// <param name="IsReady">Whether it takes new pods.</param>
/// <param name="Allocatable">What pods may have of it.</param>
/// <param name="Requested">What the pods on it ask for, whoever's they are.</param>
/// <param name="Used">What they really use; null where nobody measures it.</param>
/// <param name="Conditions">What is wrong with it, such as <c>MemoryPressure</c>.</param>
public sealed record ClusterNode(
    string Name, bool IsReady, ClusterAmount Allocatable, ClusterAmount Requested, ClusterAmount? Used, IReadOnlyList<string> Conditions);

/// <summary>What the pods of one agent ask for.</summary>
/// <param name="Scheduled">Of it what is on nodes, and in the nodes' own count.</param>
/// <param name="Waiting">Of it what has no node yet.</param>
public sealed record AgentUse(ClusterAmount Scheduled, ClusterAmount Waiting)
{
    /// <summary>What is scheduled, by the name of the node.</summary>
    public IReadOnlyDictionary<string, ClusterAmount> ByNode { get; init; } = new Dictionary<string, ClusterAmount>();
}

/// <summary>What is known of one cluster.</summary>
/// <param name="Id">As requests name it.</param>
/// <param name="Kind"><c>kubernetes</c>, <see cref="Docker"/> or <c>machine</c>.</param>
public sealed record ClusterFacts(string Id, string Name, string Kind, ClusterStatus Status, DateTimeOffset SeenAt)
{
    /// <summary>The kind of a Docker Engine.</summary>
    public const string Docker = "docker";

    /// <summary>Why nothing is known; null when something is.</summary>
    public string? Problem { get; init; }

    /// <summary>Whether it takes the agents alone that ask for it.</summary>
    public bool OnlyByName { get; init; }

    public IReadOnlyList<ClusterNode> Nodes { get; init; } = [];

    public IReadOnlyDictionary<Guid, AgentUse> Agents { get; init; } = new Dictionary<Guid, AgentUse>();

    /// <summary>What pods of nobody's agent ask for that have no node yet.</summary>
    public ClusterAmount OthersWaiting { get; init; }

    /// <summary>For people.</summary>
    public string Title => Name == Id ? $"'{Id}'" : $"'{Name}' ({Id})";

    /// <summary>How many more pods of a size it has room for, when everything that was promised has its place.</summary>
    /// <param name="promised">For each agent that was placed here: what is kept for it.</param>
    /// <param name="instead">The agent whose pods they take the place of; null when they come on top of all.</param>
    public long RoomFor(ClusterAmount pod, IReadOnlyDictionary<Guid, ClusterAmount> promised, Guid? instead = null)
    {
        var leaving = instead is { } agent ? Agents.GetValueOrDefault(agent)?.ByNode : null;
        var slots = Nodes.Where(node => node.IsReady)
            .Sum(node => (node.Allocatable - node.Requested + (leaving?.GetValueOrDefault(node.Name) ?? default)).CountOf(pod));
        return Math.Max(0, slots - Unmet(promised, instead).CountToCover(pod));
    }

    private ClusterAmount Unmet(IReadOnlyDictionary<Guid, ClusterAmount> promised, Guid? instead)
    {
        var unmet = OthersWaiting;
        foreach (var (agent, amount) in promised.Where(agent => agent.Key != instead))
        {
            var use = Agents.GetValueOrDefault(agent);
            unmet += ClusterAmount.Max(amount - (use?.Scheduled ?? default), use?.Waiting ?? default);
        }

        return Agents.Where(agent => agent.Key != instead && !promised.ContainsKey(agent.Key)).Aggregate(unmet, (sum, agent) => sum + agent.Value.Waiting);
    }
}
