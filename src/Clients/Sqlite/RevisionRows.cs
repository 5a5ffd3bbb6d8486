using Dapper;
using Microsoft.Data.Sqlite;
using MultiAgentInfra.Core.Agents;
using MultiAgentInfra.Core.Characters;
using MultiAgentInfra.Core.Images;

namespace MultiAgentInfra.Clients.Sqlite;

/// <summary>The revisions table inside a transaction.</summary>
internal static class RevisionRows
{
    /// <summary>Whether an agent of anybody's has the host name, or is to have it.</summary>
    /// <param name="agentId">The one that asks for it.</param>
    public static bool IsHostTaken(this SqliteConnection db, Guid agentId, string? host) => host is not null && db.QuerySingle<bool>(
        """
        SELECT EXISTS (SELECT 1 FROM agents a JOIN revisions r ON r.agent_id = a.id AND r.number IN (a.revision, a.running_revision)
            WHERE a.id <> @id AND a.status <> 'Deleted' AND json_extract(r.deployment, '$.host') = @host)
        """,
        new { id = agentId.ToString(), host });

    public static AgentRevision? FindRevision(this SqliteConnection db, Guid agentId, int number) =>
        db.QuerySingleOrDefault<Row>(
            "SELECT * FROM revisions WHERE agent_id = @agentId AND number = @number",
            new { agentId = agentId.ToString(), number })?.ToRevision();

    /// <summary>The newest revision that a deployment has proven to run: the one that runs, or ran last.</summary>
    public static AgentRevision? FindProvenRevision(this SqliteConnection db, Guid agentId) =>
        db.QuerySingleOrDefault<Row>(
            "SELECT * FROM revisions WHERE agent_id = @agentId AND image IS NOT NULL ORDER BY number DESC LIMIT 1",
            new { agentId = agentId.ToString() })?.ToRevision();

    public static void InsertRevision(this SqliteConnection db, AgentRevision revision, DateTimeOffset now) => db.Execute(
        """
        INSERT INTO revisions (agent_id, number, character, plugins, knowledge, environment, resources, deployment, created_at)
        VALUES (@AgentId, @Number, @CharacterJson, @Plugins, @Knowledge, @Environment, @Resources, @Deployment, @now)
        """,
        new
        {
            AgentId = revision.AgentId.ToString(),
            revision.Number,
            revision.CharacterJson,
            Plugins = StoredJson.Write(revision.Plugins),
            Knowledge = StoredJson.Write(revision.Knowledge),
            Environment = StoredJson.Write(revision.Environment),
            Resources = StoredJson.Write(revision.Resources),
            Deployment = StoredJson.Write(revision.Deployment),
            now = now.ToUnixTimeMilliseconds(),
        });

    private sealed record Row
    {
        public string AgentId { get; init; } = "";
        public int Number { get; init; }
        public string Character { get; init; } = "";
        public string Plugins { get; init; } = "";
        public string Knowledge { get; init; } = "";
        public string Environment { get; init; } = "";
        public string Resources { get; init; } = "";
        public string? Deployment { get; init; }
        public string? Image { get; init; }
        public int Attempts { get; init; }

        public AgentRevision ToRevision() => new(
            Guid.Parse(AgentId),
            Number,
            Character,
            StoredJson.Read<PluginSet>(Plugins),
            StoredJson.Read<IReadOnlyList<KnowledgeFile>>(Knowledge),
            StoredJson.Read<IReadOnlyDictionary<string, string>>(Environment),
            StoredJson.Read<AgentResources>(Resources),
            StoredJson.Read<AgentDeployment>(Deployment),
            Image is null ? null : Digest.Parse(Image),
            Attempts);
    }
}
