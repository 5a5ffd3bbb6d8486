using Dapper;
using Microsoft.Data.Sqlite;
using MultiAgentInfra.Core.Agents;
using MultiAgentInfra.Core.Images;

namespace MultiAgentInfra.Clients.Sqlite;

/// <summary>The agents table inside a transaction; the status changes here and nowhere else.</summary>
internal static class AgentRows
{
    private const string Select =
        "SELECT a.*, m.healthy, m.checked_at, m.failures, m.reason FROM agents a LEFT JOIN monitors m ON m.agent_id = a.id ";

    /// <returns>The agent, a tombstone included.</returns>
    public static Agent? FindAgent(this SqliteConnection db, Guid id) => db.QueryAgents("WHERE a.id = @id", new { id = id.ToString() }).SingleOrDefault();

    public static IEnumerable<Agent> QueryAgents(this SqliteConnection db, string where, object parameters) =>
        db.Query<Row>(Select + where, parameters).Select(row => row.ToAgent());

    public static void InsertAgent(this SqliteConnection db, Agent agent) => db.Execute(
        """
        INSERT INTO agents (id, organization_id, name, status, target, revision, attempt, version, operation_id, warnings, created_at, updated_at)
        VALUES (@Id, @OrganizationId, @Name, @Status, @Target, @Revision, @Attempt, @Version, @OperationId, @Warnings, @CreatedAt, @CreatedAt)
        """,
        new
        {
            Id = agent.Id.ToString(),
            OrganizationId = agent.OrganizationId.ToString(),
            agent.Name,
            Status = agent.Status.ToString(),
            agent.Target,
            agent.Revision,
            agent.Attempt,
            agent.Version,
            OperationId = agent.OperationId.ToString(),
            Warnings = StoredJson.Write(agent.Warnings),
            CreatedAt = agent.CreatedAt.ToUnixTimeMilliseconds(),
        });

    /// <summary>Lets the event happen if the state table allows it.</summary>
    /// <returns>The new status, or null where nothing was changed.</returns>
    public static AgentStatus? MoveAgent(this SqliteConnection db, Guid id, AgentEvent happened, DateTimeOffset now)
    {
        if (db.FindAgent(id) is not { } agent || AgentTransitions.Next(agent.Status, happened) is not { } next)
            return null;
        db.Execute(
            "UPDATE agents SET status = @status, version = version + 1, updated_at = @now WHERE id = @id",
            new { id = id.ToString(), status = next.ToString(), now = now.ToUnixTimeMilliseconds() });
        return next;
    }

    private sealed record Row
    {
        public string Id { get; init; } = "";
        public string OrganizationId { get; init; } = "";
        public string Name { get; init; } = "";
        public string Status { get; init; } = "";
        public string Target { get; init; } = "";
        public int Revision { get; init; }
        public int Attempt { get; init; }
        public long Version { get; init; }
        public string OperationId { get; init; } = "";
        public string Warnings { get; init; } = "";
        public int? RunningRevision { get; init; }
        public string? Image { get; init; }
        public string? Url { get; init; }
        public string? Scan { get; init; }
        public long CreatedAt { get; init; }
        public long UpdatedAt { get; init; }
        public bool? Healthy { get; init; }
        public long? CheckedAt { get; init; }
        public int? Failures { get; init; }
        public string? Reason { get; init; }

        public Agent ToAgent() => new()
        {
            Id = Guid.Parse(Id),
            OrganizationId = Guid.Parse(OrganizationId),
            Name = Name,
            Status = Enum.Parse<AgentStatus>(Status),
            Target = Target,
            Revision = Revision,
            RunningRevision = RunningRevision,
            Attempt = Attempt,
            Version = Version,
            OperationId = Guid.Parse(OperationId),
            Warnings = StoredJson.Read<IReadOnlyList<string>>(Warnings),
            CreatedAt = DateTimeOffset.FromUnixTimeMilliseconds(CreatedAt),
            UpdatedAt = DateTimeOffset.FromUnixTimeMilliseconds(UpdatedAt),
            Image = Image is null ? null : Digest.Parse(Image),
            Url = Url is null ? null : new Uri(Url),
            Scan = StoredJson.Read<ScanVerdict>(Scan),
            Health = CheckedAt is { } at ? new(Healthy ?? false, DateTimeOffset.FromUnixTimeMilliseconds(at), Failures ?? 0, Reason) : null,
        };
    }
}
