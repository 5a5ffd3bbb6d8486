using Dapper;
using Microsoft.Data.Sqlite;
using MultiAgentInfra.Core.Clusters;

namespace MultiAgentInfra.Clients.Sqlite;

/// <summary>Which cluster each agent is on. It stays there until <see cref="TargetAllocationStore.ReleaseAsync"/>.</summary>
public sealed class PlacementStore(ControlDatabase database)
{
    /// <summary>Decides and reserves in one transaction, so that agents who come at once see each other. An agent that is placed stays where it is,
    /// and what was kept for it stays too until its deployment has ended: it may have to come back.</summary>
    /// <param name="clusters">Read before: nothing outside is asked while others wait.</param>
    public Task<PlacementDecision> ClaimAsync(AgentDemand demand, IReadOnlyList<ClusterFacts> clusters, CancellationToken cancellationToken) => database.WriteAsync(
        db =>
        {
            var decision = PlacementRules.Decide(demand, new(clusters, Reservations(db), Drained(db), database.Now));
            if (decision.Cluster is { } cluster)
                Write(db, demand, cluster, decision.Explanation);
            return decision;
        },
        cancellationToken);

    /// <summary>What <see cref="ClaimAsync"/> would decide; nothing is kept.</summary>
    public Task<PlacementDecision> PreviewAsync(AgentDemand demand, IReadOnlyList<ClusterFacts> clusters, CancellationToken cancellationToken) =>
        database.ReadAsync(db => PlacementRules.Decide(demand, new(clusters, Reservations(db), Drained(db), database.Now)), cancellationToken);

    /// <summary>What is kept of each cluster.</summary>
    public Task<IReadOnlyList<ClusterReservation>> ListAsync(CancellationToken cancellationToken) => database.ReadAsync(Reservations, cancellationToken);

    /// <summary>From now on what the running revision asks for is kept, and no more.</summary>
    internal static void Settle(SqliteConnection db, Guid agentId)
    {
        if (db.FindAgent(agentId)?.RunningRevision is not { } number || db.FindRevision(agentId, number) is not { } running)
            return;
        var kept = AgentDemand.Of(agentId, running.Resources, running.Deployment).Total;
        db.Execute(
            "UPDATE placements SET cpu_milli = @CpuMilli, memory_bytes = @MemoryBytes, pods = @Pods WHERE agent_id = @id",
            new { id = agentId.ToString(), kept.CpuMilli, kept.MemoryBytes, kept.Pods });
    }

    private static IReadOnlyList<ClusterReservation> Reservations(SqliteConnection db) =>
        [.. db.Query<Row>("SELECT agent_id, cluster, cpu_milli, memory_bytes, pods FROM placements").Select(row => row.ToReservation())];

    private static HashSet<string> Drained(SqliteConnection db) => [.. db.Query<string>("SELECT cluster FROM drained_clusters")];

    private void Write(SqliteConnection db, AgentDemand demand, string cluster, string decision) => db.Execute(
        """
        INSERT INTO placements (agent_id, cluster, cpu_milli, memory_bytes, pods, decision, decided_at)
        VALUES (@agentId, @cluster, @CpuMilli, @MemoryBytes, @Pods, @decision, @now)
        ON CONFLICT (agent_id) DO UPDATE SET cpu_milli = MAX(cpu_milli, @CpuMilli), memory_bytes = MAX(memory_bytes, @MemoryBytes), pods = MAX(pods, @Pods),
            decision = @decision, decided_at = @now
        """,
        new
        {
            agentId = demand.AgentId.ToString(),
            cluster,
            demand.Total.CpuMilli,
            demand.Total.MemoryBytes,
            demand.Total.Pods,
            decision,
            now = database.Now.ToUnixTimeMilliseconds(),
        });

    private sealed record Row
    {
        public string AgentId { get; init; } = "";
        public string Cluster { get; init; } = "";
        public long CpuMilli { get; init; }
        public long MemoryBytes { get; init; }
        public int Pods { get; init; }

        public ClusterReservation ToReservation() => new(Guid.Parse(AgentId), Cluster, new(CpuMilli, MemoryBytes, Pods));
    }
}
