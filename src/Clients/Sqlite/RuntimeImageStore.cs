using Dapper;
using Microsoft.Data.Sqlite;
using MultiAgentInfra.Core.Deployments;
using MultiAgentInfra.Core.Images;
using static MultiAgentInfra.Core.Deployments.RuntimeClaimState;

namespace MultiAgentInfra.Clients.Sqlite;

/// <summary>A runtime image that passed its gate.</summary>
/// <param name="Key">The key of its plugin set.</param>
/// <param name="Sbom">The digest of its list of components.</param>
public sealed record RuntimeImage(string Key, Digest Digest, ScanVerdict Verdict, Digest Sbom);

/// <summary>One runtime image per plugin set, and who builds it.</summary>
public sealed class RuntimeImageStore(ControlDatabase database)
{
    private const string Building = "Building";
    private const string BuildFailed = "Failed";
    private const string Complete = "Ready";

    // What can be taken: a claim that is new, one's own, one whose holder let go of it or has ended, and that of a failed build,
    // though not for those who waited for that build.
    private const string Claim =
        """
        INSERT INTO runtime_images (key, state, operation_id) VALUES (@key, @Building, @holder)
        ON CONFLICT (key) DO UPDATE SET state = @Building, operation_id = @holder, cause = NULL
        WHERE state = @BuildFailed AND NOT @waited
            OR state = @Building AND (operation_id IS NULL OR operation_id = @holder
                OR NOT EXISTS (SELECT 1 FROM operations o WHERE o.id = runtime_images.operation_id AND o.ended_at IS NULL))
        """;

    /// <summary>Decides who builds the image of the plugin set: the unique key does, so that it holds between processes too.</summary>
    /// <param name="waited">True when the operation was told before that another one builds: it then learns of that build's failure.</param>
    public Task<RuntimeClaim> ClaimAsync(Guid operationId, string key, bool waited, CancellationToken cancellationToken) => database.WriteAsync(
        db =>
        {
            if (db.Execute(Claim, new { key, Building, BuildFailed, holder = operationId.ToString(), waited }) == 1)
                return new RuntimeClaim(Claimed, null, null);
            var row = db.QuerySingle<Row>("SELECT * FROM runtime_images WHERE key = @key", new { key });
            if (row.State != Complete)
                return row.State == Building ? new RuntimeClaim(InFlight, null, null) : new RuntimeClaim(Failed, null, row.Cause);
            var image = Digest.Parse(row.Digest!);
            db.TouchImage(image, database.Now);
            return new RuntimeClaim(Ready, image, null);
        },
        cancellationToken);

    /// <summary>What a claim would find; it claims nothing.</summary>
    /// <returns><see cref="Claimed"/> when the claim would be granted.</returns>
    public Task<RuntimeClaim> FindAsync(string key, CancellationToken cancellationToken) => database.ReadAsync(
        db => db.QuerySingleOrDefault<Row>(
            """
            SELECT * FROM runtime_images r WHERE key = @key AND (state = @Complete
                OR state = @Building AND EXISTS (SELECT 1 FROM operations o WHERE o.id = r.operation_id AND o.ended_at IS NULL))
            """,
            new { key, Complete, Building }) switch
        {
            null => new RuntimeClaim(Claimed, null, null),
            { State: Complete } row => new RuntimeClaim(Ready, Digest.Parse(row.Digest!), null),
            _ => new RuntimeClaim(InFlight, null, null),
        },
        cancellationToken);

    /// <summary>The registry has lost the image: the next claim builds it again, from the stored lock file.</summary>
    public Task ForgetAsync(Digest digest, CancellationToken cancellationToken) =>
        database.WriteAsync(db => Forget(db, digest, "The registry has lost the image."), cancellationToken);

    /// <returns>The key of the image that the holder of the claim builds; null until one was stored.</returns>
    public Task<string?> GetRuntimeKeyAsync(string key, CancellationToken cancellationToken) => database.ReadAsync(
        db => db.QuerySingleOrDefault<string?>("SELECT runtime_key FROM runtime_images WHERE key = @key", new { key }),
        cancellationToken);

    /// <summary>Stores the key of the image that the holder of the claim builds.</summary>
    public Task SetRuntimeKeyAsync(string key, string runtimeKey, CancellationToken cancellationToken) => database.WriteAsync(
        db => { db.Execute("UPDATE runtime_images SET runtime_key = @runtimeKey WHERE key = @key", new { key, runtimeKey }); },
        cancellationToken);

    /// <summary>The image is there; the first completion of a plugin set counts.</summary>
    public Task CompleteAsync(string key, Digest digest, ScanVerdict verdict, Digest sbom, CancellationToken cancellationToken) => database.WriteAsync(
        db =>
        {
            db.Execute(
                """
                INSERT INTO runtime_images (key, state, digest, verdict, sbom) VALUES (@key, @Complete, @digest, @verdict, @sbom)
                ON CONFLICT (key) DO UPDATE SET state = @Complete, digest = @digest, verdict = @verdict, sbom = @sbom, operation_id = NULL, cause = NULL
                WHERE state <> @Complete
                """,
                new { key, digest = digest.Value, verdict = StoredJson.Write(verdict), sbom = sbom.Value, Complete });
        },
        cancellationToken);

    /// <summary>Tells those who wait why there is no image; nothing happens unless the operation holds the claim.</summary>
    public Task FailAsync(string key, Guid operationId, string cause, CancellationToken cancellationToken) => database.WriteAsync(
        db =>
        {
            db.Execute(
                """
                UPDATE runtime_images SET state = @BuildFailed, operation_id = NULL, cause = @cause
                WHERE key = @key AND operation_id = @operationId AND state = @Building
                """,
                new { key, operationId = operationId.ToString(), cause, BuildFailed, Building });
        },
        cancellationToken);

    public Task<RuntimeImage?> GetByDigestAsync(Digest digest, CancellationToken cancellationToken) => database.ReadAsync(
        db => db.QueryFirstOrDefault<Row>("SELECT * FROM runtime_images WHERE digest = @digest", new { digest = digest.Value }) is { } row
            ? new RuntimeImage(row.Key, digest, StoredJson.Read<ScanVerdict>(row.Verdict!), Digest.Parse(row.Sbom!))
            : null,
        cancellationToken);

    /// <summary>Lets go of what an operation that ends was building: with a cause, those who wait fail too; without one, the next that asks builds.</summary>
    internal static void Release(SqliteConnection db, Guid operationId, string? cause) => db.Execute(
        """
        UPDATE runtime_images SET operation_id = NULL, cause = @cause, state = CASE WHEN @cause IS NULL THEN state ELSE @BuildFailed END
        WHERE operation_id = @operationId
        """,
        new { operationId = operationId.ToString(), cause, BuildFailed });

    /// <summary>The image can no longer be had.</summary>
    internal static void Forget(SqliteConnection db, Digest digest, string cause) => db.Execute(
        "UPDATE runtime_images SET state = @BuildFailed, digest = NULL, cause = @cause WHERE digest = @digest",
        new { digest = digest.Value, cause, BuildFailed });

    private sealed record Row
    {
        public string Key { get; init; } = "";
        public string State { get; init; } = "";
        public string? Digest { get; init; }
        public string? Verdict { get; init; }
        public string? Sbom { get; init; }
        public string? Cause { get; init; }
    }
}
