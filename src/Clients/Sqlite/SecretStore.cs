using Dapper;
using Microsoft.Data.Sqlite;
using MultiAgentInfra.Clients.Keys;

namespace MultiAgentInfra.Clients.Sqlite;

/// <summary>The secrets of agents, sealed on the disk. Each counts from its revision on, until a later one replaces or removes it.</summary>
public sealed class SecretStore(ControlDatabase database, SecretBox box)
{
    private const int Newest = int.MaxValue;

    /// <summary>The secrets of the newest revision.</summary>
    public Task<IReadOnlyDictionary<string, string>> GetAllAsync(Guid agentId, CancellationToken cancellationToken) =>
        GetAllAsync(agentId, Newest, cancellationToken);

    /// <summary>The secrets that the revision runs with.</summary>
    public async Task<IReadOnlyDictionary<string, string>> GetAllAsync(Guid agentId, int revision, CancellationToken cancellationToken)
    {
        var rows = await database.ReadAsync(
            db => db.Query<Row>(
                """
                SELECT name, sealed FROM secrets s
                WHERE agent_id = @agentId AND sealed IS NOT NULL AND revision =
                    (SELECT MAX(revision) FROM secrets WHERE agent_id = @agentId AND name = s.name AND revision <= @revision)
                """,
                new { agentId = agentId.ToString(), revision }).ToList(),
            cancellationToken).ConfigureAwait(false);
        return rows.ToDictionary(row => row.Name, row => box.Open(agentId, row.Name, row.Sealed!), StringComparer.Ordinal);
    }

    /// <summary>Every value that any revision of the agent has had: none of them may be shown.</summary>
    public async Task<IReadOnlyList<string>> GetValuesAsync(Guid agentId, CancellationToken cancellationToken)
    {
        var rows = await database.ReadAsync(
            db => db.Query<Row>("SELECT name, sealed FROM secrets WHERE agent_id = @agentId AND sealed IS NOT NULL", new { agentId = agentId.ToString() }).ToList(),
            cancellationToken).ConfigureAwait(false);
        return [.. rows.Select(row => box.Open(agentId, row.Name, row.Sealed!)).Distinct(StringComparer.Ordinal)];
    }

    /// <summary>Stores those that the agent has never had; what it has stays as it is.</summary>
    public Task AddMissingAsync(Guid agentId, IReadOnlyDictionary<string, string> secrets, CancellationToken cancellationToken)
    {
        var rows = Seal(box, agentId, secrets);
        return database.WriteAsync(
            db => Insert(db, [.. rows.Where(row => !db.ExecuteScalar<bool>("SELECT EXISTS (SELECT 1 FROM secrets WHERE agent_id = @AgentId AND name = @Name)", row))], 1),
            cancellationToken);
    }

    internal static IReadOnlyList<Row> Seal(SecretBox box, Guid agentId, IReadOnlyDictionary<string, string> secrets) =>
        [.. secrets.Select(secret => new Row { AgentId = agentId.ToString(), Name = secret.Key, Sealed = box.Seal(agentId, secret.Key, secret.Value) })];

    /// <summary>Stores the rows from the revision on.</summary>
    internal static void Insert(SqliteConnection db, IReadOnlyList<Row> rows, int revision) => db.Execute(
        "INSERT INTO secrets (agent_id, name, revision, sealed) VALUES (@AgentId, @Name, @revision, @Sealed)",
        rows.Select(row => new { row.AgentId, row.Name, revision, row.Sealed }));

    /// <summary>Gives a revision the secrets that an earlier one runs with, whatever came in between.</summary>
    internal static void Copy(SqliteConnection db, Guid agentId, int from, int to) => db.Execute(
        """
        INSERT INTO secrets (agent_id, name, revision, sealed)
        SELECT agent_id, name, @to, (SELECT sealed FROM secrets WHERE agent_id = @agentId AND name = s.name AND revision <= @from ORDER BY revision DESC LIMIT 1)
        FROM (SELECT DISTINCT agent_id, name FROM secrets WHERE agent_id = @agentId) s
        """,
        new { agentId = agentId.ToString(), from, to });

    /// <summary>One secret of one revision.</summary>
    internal sealed record Row
    {
        public string AgentId { get; init; } = "";
        public string Name { get; init; } = "";

        /// <summary>Null where the revision has removed it.</summary>
        public byte[]? Sealed { get; init; }
    }
}
