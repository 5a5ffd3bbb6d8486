namespace MultiAgentInfra.Core.Clusters;

/// <summary>What is kept of a cluster for an agent that was placed there.</summary>
public sealed record ClusterReservation(Guid AgentId, string Cluster, ClusterAmount Amount);

/// <summary>What is known at the moment of a decision.</summary>
/// <param name="Reservations">Of all agents.</param>
/// <param name="Drained">The clusters that take no new agents.</param>
public sealed record PlacementSituation(
    IReadOnlyList<ClusterFacts> Clusters, IReadOnlyList<ClusterReservation> Reservations, IReadOnlySet<string> Drained, DateTimeOffset Now);

/// <summary>Decides where an agent goes: to the cluster with the most room, and then for good, because volumes do not move between clusters.</summary>
public static class PlacementRules
{
    /// <summary>What was seen longer ago counts for nothing.</summary>
    public static readonly TimeSpan OldestFacts = TimeSpan.FromMinutes(2);

    public static PlacementDecision Decide(AgentDemand demand, PlacementSituation situation)
    {
        if (situation.Reservations.FirstOrDefault(reservation => reservation.AgentId == demand.AgentId) is { } held)
            return Stay(demand, held, situation);

        var candidates = situation.Clusters.OrderBy(cluster => cluster.Id, StringComparer.Ordinal).Select(cluster => Judge(demand, cluster, situation)).ToList();
        var allowed = candidates.Where(candidate => demand.Cluster is null || candidate.Verdict.Cluster == demand.Cluster).ToList();
        var verdicts = candidates.Select(candidate => candidate.Verdict).ToList();
        if (allowed.Where(candidate => candidate.Verdict.Room > 0).OrderByDescending(candidate => candidate.Verdict.Room).ThenBy(candidate => candidate.Agents).FirstOrDefault() is { } best)
            return new(best.Verdict.Cluster, demand.Cluster is null ? $"It goes to {best.Title}, which has the most room" : $"It goes to {best.Title}, as it asks to", false, verdicts);
        return new(null, Refusal(demand, allowed), allowed.Any(candidate => candidate.MayPass), verdicts, allowed.Any(candidate => candidate.IsFull));
    }

    private static string Refusal(AgentDemand demand, List<Candidate> allowed) => demand.Cluster is not { } wanted ? "No cluster takes the agent"
        : allowed.Count == 0 ? $"There is no cluster '{wanted}'"
        : $"The agent asks for cluster {allowed[0].Title}, which does not take it";

    /// <summary>Whether the cluster is full or drained does not matter to an agent that has its place there already, unless it asks for more than that.</summary>
    private static PlacementDecision Stay(AgentDemand demand, ClusterReservation held, PlacementSituation situation)
    {
        if (situation.Clusters.FirstOrDefault(cluster => cluster.Id == held.Cluster) is not { } cluster)
            return Refuse($"The agent's data is on cluster '{held.Cluster}', which is not there any more, and volumes do not move between clusters");
        if (demand.Cluster is { } wanted && wanted != cluster.Id)
            return Refuse($"The agent's data is on cluster {cluster.Title}, and volumes do not move between clusters: it cannot go to '{wanted}'");
        if (Obstacle(cluster, situation.Now) is { } obstacle)
            return Refuse($"The agent's data is on cluster {cluster.Title}, which {obstacle}, and volumes do not move between clusters", IsUnknown(cluster, situation.Now));
        if (ClusterAmount.Max(held.Amount, demand.Total) != held.Amount && cluster.RoomFor(demand.Pod, Promised(cluster, situation), demand.AgentId) is var room && room < demand.Replicas)
        {
            var finding = $"{cluster.Title} has room for {room} of its {demand.Replicas} pods of that size";
            return new(null, $"The agent asks for more than there is on its cluster {cluster.Title}", false, [new(cluster.Id, 0, finding)], IsFull: true);
        }

        return new(cluster.Id, $"It stays on cluster {cluster.Title}, where its data is", false, []);

        static PlacementDecision Refuse(string reason, bool mayPass = false) => new(null, reason, mayPass, []);
    }

    private static Candidate Judge(AgentDemand demand, ClusterFacts cluster, PlacementSituation situation)
    {
        var promised = Promised(cluster, situation);
        var obstacle = Obstacle(cluster, situation.Now)
            ?? (situation.Drained.Contains(cluster.Id) ? "is drained" : null)
            ?? (cluster.OnlyByName && demand.Cluster != cluster.Id ? "takes those alone that ask for it" : null);
        var room = obstacle is null ? cluster.RoomFor(demand.Pod, promised) / demand.Replicas : 0;
        var finding = obstacle ?? (room == 0 ? "has no room for it" : room == 1 ? "has room for this one" : $"has room for {room} such agents");
        return new(
            new(cluster.Id, room, $"{cluster.Title} {finding}"),
            cluster.Title,
            promised.Count,
            IsUnknown(cluster, situation.Now),
            obstacle is null && room == 0);
    }

    private static Dictionary<Guid, ClusterAmount> Promised(ClusterFacts cluster, PlacementSituation situation) => situation.Reservations
        .Where(reservation => reservation.Cluster == cluster.Id).ToDictionary(reservation => reservation.AgentId, reservation => reservation.Amount);

    /// <summary>Why nothing runs there; null when nothing is in the way.</summary>
    private static string? Obstacle(ClusterFacts cluster, DateTimeOffset now) =>
        cluster.Status == ClusterStatus.Down ? "is down"
        : cluster.Status != ClusterStatus.Up ? $"could not be asked{(cluster.Problem is { } problem ? $" ({problem})" : "")}"
        : now - cluster.SeenAt > OldestFacts ? "was not seen for too long"
        : null;

    private static bool IsUnknown(ClusterFacts cluster, DateTimeOffset now) =>
        cluster.Status == ClusterStatus.Unknown || (cluster.Status == ClusterStatus.Up && now - cluster.SeenAt > OldestFacts);

    private sealed record Candidate(ClusterVerdict Verdict, string Title, int Agents, bool MayPass, bool IsFull);
}
