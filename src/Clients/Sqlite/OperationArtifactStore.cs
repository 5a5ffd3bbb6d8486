using Dapper;
using MultiAgentInfra.Core.Images;

namespace MultiAgentInfra.Clients.Sqlite;

/// <summary>One content that an operation has left.</summary>
/// <param name="Name">Unique in the operation.</param>
/// <param name="Size">Bytes.</param>
/// <param name="Location">Its name in the artifact store.</param>
public sealed record OperationArtifact(Guid OperationId, string Name, string MediaType, long Size, Digest Digest, string Location);

/// <summary>Which artifacts an operation has.</summary>
public sealed class OperationArtifactStore(ControlDatabase database)
{
    /// <returns>The location of what had the name before; null when there was nothing.</returns>
    public Task<string?> RecordAsync(OperationArtifact artifact, CancellationToken cancellationToken) => database.WriteAsync(
        db =>
        {
            var row = new
            {
                operation = artifact.OperationId.ToString(),
                artifact.Name,
                artifact.MediaType,
                artifact.Size,
                digest = artifact.Digest.Value,
                artifact.Location,
                now = database.Now.ToUnixTimeMilliseconds(),
            };
            var replaced = db.QuerySingleOrDefault<string?>("SELECT location FROM artifacts WHERE operation_id = @operation AND name = @Name", row);
            db.Execute(
                """
                INSERT OR REPLACE INTO artifacts (operation_id, name, media_type, size, digest, location, created_at)
                VALUES (@operation, @Name, @MediaType, @Size, @digest, @Location, @now)
                """,
                row);
            return replaced;
        },
        cancellationToken);

    /// <summary>The artifacts of the operation, the oldest first.</summary>
    public Task<IReadOnlyList<OperationArtifact>> ListAsync(Guid operationId, CancellationToken cancellationToken) =>
        QueryAsync("WHERE operation_id = @id ORDER BY created_at, name", new { id = operationId.ToString() }, cancellationToken);

    /// <summary>What is to go, because the agent is gone that the operation was for.</summary>
    public Task<IReadOnlyList<OperationArtifact>> ListOfDeletedAgentsAsync(CancellationToken cancellationToken) => QueryAsync(
        "WHERE operation_id IN (SELECT o.id FROM operations o JOIN agents a ON a.id = o.agent_id WHERE a.status = 'Deleted')",
        new { },
        cancellationToken);

    public Task ForgetAsync(OperationArtifact artifact, CancellationToken cancellationToken) => database.WriteAsync(
        db =>
        {
            db.Execute(
                "DELETE FROM artifacts WHERE operation_id = @operation AND name = @Name AND location = @Location",
                new { operation = artifact.OperationId.ToString(), artifact.Name, artifact.Location });
        },
        cancellationToken);

    private Task<IReadOnlyList<OperationArtifact>> QueryAsync(string where, object parameters, CancellationToken cancellationToken) =>
        database.ReadAsync<IReadOnlyList<OperationArtifact>>(
            db => [.. db.Query<Row>("SELECT * FROM artifacts " + where, parameters).Select(row => row.ToArtifact())],
            cancellationToken);

    private sealed record Row
    {
        public string OperationId { get; init; } = "";
        public string Name { get; init; } = "";
        public string MediaType { get; init; } = "";
        public long Size { get; init; }
        public string Digest { get; init; } = "";
        public string Location { get; init; } = "";

        public OperationArtifact ToArtifact() =>
            new(Guid.Parse(OperationId), Name, MediaType, Size, Core.Images.Digest.Parse(Digest), Location);
    }
}
