using System.Text.Json;
using Dapper;
using MultiAgentInfra.Clients.Sqlite;

namespace MultiAgentInfra.Clients.Portainer;

/// <summary>Keeps what was prepared for each agent: beside its placement, so that where one is known the other is.</summary>
public sealed class PreparedLaunchStore(ControlDatabase database)
{
    internal PreparedLaunch? Find(Guid agentId) => database.Read(
        db => db.QuerySingleOrDefault<string>("SELECT launch FROM prepared_launches WHERE agent_id = @agentId", new { agentId = agentId.ToString() })) is { } launch
            ? JsonSerializer.Deserialize<PreparedLaunch>(launch, JsonSerializerOptions.Web)
            : null;

    /// <summary>Not to be cut off: what follows relies on it.</summary>
    internal Task WriteAsync(PreparedLaunch prepared) => database.WriteAsync(
        db =>
        {
            db.Execute(
                "INSERT INTO prepared_launches (agent_id, launch) VALUES (@agentId, @launch) ON CONFLICT (agent_id) DO UPDATE SET launch = @launch",
                new { agentId = prepared.Launch.AgentId.ToString(), launch = JsonSerializer.Serialize(prepared, JsonSerializerOptions.Web) });
        },
        CancellationToken.None);

    internal Task RemoveAsync(Guid agentId) => database.WriteAsync(
        db => { db.Execute("DELETE FROM prepared_launches WHERE agent_id = @agentId", new { agentId = agentId.ToString() }); }, CancellationToken.None);
}
