using Dapper;

namespace MultiAgentInfra.Clients.Sqlite;

/// <summary>An agent that is on a cluster.</summary>
public sealed record ClusterAgent(Guid AgentId, Guid OrganizationId, string Cluster);

/// <summary>Which clusters take no new agents, and which agents are where.</summary>
public sealed class ClusterStore(ControlDatabase database)
{
    /// <summary>Everybody's agents on the target; one that has no place yet counts as on the cluster that is called like the target.</summary>
    public Task<IReadOnlyList<ClusterAgent>> ListAgentsAsync(string target, CancellationToken cancellationToken) => database.ReadAsync<IReadOnlyList<ClusterAgent>>(
        db =>
        [
            .. db.Query<(string Id, string Organization, string Cluster)>(
                """
                SELECT a.id, a.organization_id, COALESCE(p.cluster, a.target) FROM agents a LEFT JOIN placements p ON p.agent_id = a.id
                WHERE a.target = @target AND a.status <> 'Deleted' ORDER BY a.sequence
                """,
                new { target }).Select(row => new ClusterAgent(Guid.Parse(row.Id), Guid.Parse(row.Organization), row.Cluster)),
        ],
        cancellationToken);

    public Task<IReadOnlySet<string>> ListDrainedAsync(CancellationToken cancellationToken) =>
        database.ReadAsync<IReadOnlySet<string>>(db => db.Query<string>("SELECT cluster FROM drained_clusters").ToHashSet(), cancellationToken);

    /// <summary>From now on the cluster takes no new agents, or takes them again.</summary>
    /// <param name="by">The subject of whoever wants it.</param>
    public Task SetDrainedAsync(string cluster, bool drained, Guid by, CancellationToken cancellationToken) => database.WriteAsync(
        db =>
        {
            db.Execute(
                drained
                    ? "INSERT INTO drained_clusters (cluster, drained_by, drained_at) VALUES (@cluster, @by, @now) ON CONFLICT (cluster) DO NOTHING"
                    : "DELETE FROM drained_clusters WHERE cluster = @cluster",
                new { cluster, by = by.ToString(), now = database.Now.ToUnixTimeMilliseconds() });
        },
        cancellationToken);
}
