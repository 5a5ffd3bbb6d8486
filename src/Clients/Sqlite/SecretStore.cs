using Dapper;
using Microsoft.Data.Sqlite;
using MultiAgentInfra.Clients.Keys;

namespace MultiAgentInfra.Clients.Sqlite;

/// <summary>The secrets of agents, sealed on the disk.</summary>
public sealed class SecretStore(ControlDatabase database, SecretBox box)
{
    public async Task<IReadOnlyDictionary<string, string>> GetAllAsync(Guid agentId, CancellationToken cancellationToken)
    {
        var rows = await database.ReadAsync(
            db => db.Query<Row>("SELECT name, sealed FROM secrets WHERE agent_id = @agentId", new { agentId = agentId.ToString() }).ToList(),
            cancellationToken).ConfigureAwait(false);
        return rows.ToDictionary(row => row.Name, row => box.Open(agentId, row.Name, row.Sealed), StringComparer.Ordinal);
    }

    /// <summary>Stores those that the agent does not have yet; what it has stays as it is.</summary>
    public Task AddMissingAsync(Guid agentId, IReadOnlyDictionary<string, string> secrets, CancellationToken cancellationToken)
    {
        var rows = Seal(box, agentId, secrets);
        return database.WriteAsync(db => Insert(db, rows), cancellationToken);
    }

    internal static IReadOnlyList<Row> Seal(SecretBox box, Guid agentId, IReadOnlyDictionary<string, string> secrets) =>
        [.. secrets.Select(secret => new Row { AgentId = agentId.ToString(), Name = secret.Key, Sealed = box.Seal(agentId, secret.Key, secret.Value) })];

    internal static void Insert(SqliteConnection db, IReadOnlyList<Row> rows) =>
        db.Execute("INSERT INTO secrets (agent_id, name, sealed) VALUES (@AgentId, @Name, @Sealed) ON CONFLICT DO NOTHING", rows);

    internal sealed record Row
    {
        public string AgentId { get; init; } = "";
        public string Name { get; init; } = "";
        public byte[] Sealed { get; init; } = [];
    }
}
