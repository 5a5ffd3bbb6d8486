using Dapper;
using MultiAgentInfra.Core.Agents;

namespace MultiAgentInfra.Clients.Sqlite;

/// <summary>An agent that is watched.</summary>
/// <param name="Health">What was seen last; null before the first look.</param>
/// <param name="IsChanging">An operation works on it, and may have stopped it.</param>
public sealed record AgentMonitor(Guid AgentId, Uri Url, AgentHealth? Health, bool IsChanging = false);

/// <summary>Which agents the health poller looks at.</summary>
public sealed class MonitorStore(ControlDatabase database)
{
    /// <summary>Registers the agent, or moves it to a new address and forgets what was seen at the old one.</summary>
    public Task RegisterAsync(Guid agentId, Uri url, CancellationToken cancellationToken) => database.WriteAsync(
        db =>
        {
            db.Execute(
                """
                INSERT INTO monitors (agent_id, url) VALUES (@agentId, @url)
                ON CONFLICT (agent_id) DO UPDATE SET url = @url, healthy = NULL, checked_at = NULL, failures = NULL, reason = NULL WHERE url <> @url
                """,
                new { agentId = agentId.ToString(), url = url.AbsoluteUri });
        },
        cancellationToken);

    public Task RemoveAsync(Guid agentId, CancellationToken cancellationToken) => database.WriteAsync(
        db => { db.Execute("DELETE FROM monitors WHERE agent_id = @agentId", new { agentId = agentId.ToString() }); },
        cancellationToken);

    public Task<IReadOnlyList<AgentMonitor>> ListAsync(CancellationToken cancellationToken) => database.ReadAsync<IReadOnlyList<AgentMonitor>>(
        db => [.. db.Query<Row>("SELECT m.*, a.status <> 'Running' AS is_changing FROM monitors m JOIN agents a ON a.id = m.agent_id ORDER BY m.agent_id").Select(row => row.ToMonitor())],
        cancellationToken);

    /// <summary>Notes what was seen; an agent that is no longer watched stays so.</summary>
    public Task RecordAsync(Guid agentId, AgentHealth health, CancellationToken cancellationToken) => database.WriteAsync(
        db =>
        {
            db.Execute(
                "UPDATE monitors SET healthy = @Healthy, checked_at = @checkedAt, failures = @Failures, reason = @Reason WHERE agent_id = @agentId",
                new { agentId = agentId.ToString(), health.Healthy, checkedAt = health.CheckedAt.ToUnixTimeMilliseconds(), health.Failures, health.Reason });
        },
        cancellationToken);

    private sealed record Row
    {
        public string AgentId { get; init; } = "";
        public string Url { get; init; } = "";
        public bool? Healthy { get; init; }
        public long? CheckedAt { get; init; }
        public int? Failures { get; init; }
        public string? Reason { get; init; }
        public bool IsChanging { get; init; }

        public AgentMonitor ToMonitor() => new(
            Guid.Parse(AgentId),
            new Uri(Url),
            CheckedAt is { } at ? new(Healthy ?? false, DateTimeOffset.FromUnixTimeMilliseconds(at), Failures ?? 0, Reason) : null,
            IsChanging);
    }
}
