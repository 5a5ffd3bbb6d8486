using Dapper;
using Microsoft.Data.Sqlite;
using MultiAgentInfra.Core.Images;

namespace MultiAgentInfra.Clients.Sqlite;

// What housekeeping does: it marks what nobody wants, and removes at a later time what nobody has wanted since.
public sealed partial class ImageStore
{
    // An agent's images are unwanted at once when it is deleted, without a mark.
    private const string AsItWas = "WHERE repository = @Repository AND digest = @digest AND unwanted_since IS @since";

    /// <summary>All that decides which images are wanted.</summary>
    public Task<ImageInventory> TakeInventoryAsync(CancellationToken cancellationToken) => database.ReadAsync(Inventory, cancellationToken);

    /// <summary>Every image in the repository.</summary>
    public Task<IReadOnlyList<PushedImage>> ListNamesAsync(string repository, CancellationToken cancellationToken) =>
        database.ReadAsync<IReadOnlyList<PushedImage>>(
            db => [.. db.QueryImages("WHERE repository = @repository", new { repository }).Select(image => image.Image)], cancellationToken);

    /// <summary>Every image of the agent.</summary>
    public Task<IReadOnlyList<StoredImage>> ListOfAgentAsync(Guid agentId, CancellationToken cancellationToken) =>
        database.ReadAsync<IReadOnlyList<StoredImage>>(
            db => [.. db.QueryImages("WHERE agent_id = @agentId", new { agentId = agentId.ToString() })], cancellationToken);

    /// <summary>Marks the images that <paramref name="decide"/> names, and clears the marks of all others: one transaction, so that no
    /// deployment comes in between.</summary>
    public Task MarkAsync(Func<ImageInventory, IReadOnlyList<StoredImage>> decide, CancellationToken cancellationToken) => database.WriteAsync(
        db =>
        {
            var inventory = Inventory(db);
            var unwanted = decide(inventory).ToHashSet();
            foreach (var image in inventory.Images.Where(image => unwanted.Contains(image) != image.UnwantedSince is not null))
            {
                db.Execute(
                    "UPDATE images SET unwanted_since = @since WHERE repository = @Repository AND digest = @digest",
                    new { image.Image.Repository, digest = image.Image.Digest.Value, since = unwanted.Contains(image) ? database.Now.ToUnixTimeMilliseconds() : (long?)null });
            }
        },
        cancellationToken);

    /// <summary>The image is about to be deleted from the registry: from now on no deployment is told that it can have it.</summary>
    /// <returns>False when somebody has asked for it meanwhile.</returns>
    public Task<bool> BeginRemovalAsync(StoredImage image, CancellationToken cancellationToken) => database.WriteAsync(
        db =>
        {
            var unwanted = db.ExecuteScalar<bool>($"SELECT EXISTS (SELECT 1 FROM images {AsItWas})", Place(image));
            if (unwanted && image.Image.Kind == ImageKind.Runtime)
                RuntimeImageStore.Forget(db, image.Image.Digest, "Housekeeping has removed the image.");
            return unwanted;
        },
        cancellationToken);

    /// <summary>The image is gone from the registry.</summary>
    public Task EndRemovalAsync(StoredImage image, CancellationToken cancellationToken) => database.WriteAsync(
        db => { db.Execute($"DELETE FROM images {AsItWas}", Place(image)); },
        cancellationToken);

    private static object Place(StoredImage image) =>
        new { image.Image.Repository, digest = image.Image.Digest.Value, since = image.UnwantedSince?.ToUnixTimeMilliseconds() };

    private static ImageInventory Inventory(SqliteConnection db) => new(
        [.. db.QueryImages("ORDER BY created_at, digest", new { })],
        db.Query<AgentRow>("""
            SELECT id, revision, COALESCE(image, (SELECT image FROM revisions WHERE agent_id = id AND image IS NOT NULL ORDER BY number DESC LIMIT 1)) AS image
            FROM agents WHERE status <> 'Deleted'
            """)
            .ToDictionary(row => Guid.Parse(row.Id), row => new AgentImages(row.Revision, row.Image is null ? null : Digest.Parse(row.Image))),
        db.Query<string>(
            """
            SELECT r.runtime_key FROM runtime_images r JOIN operations o ON o.id = r.operation_id
            WHERE r.runtime_key IS NOT NULL AND o.ended_at IS NULL
            """).ToHashSet(StringComparer.Ordinal));

    private sealed record AgentRow
    {
        public string Id { get; init; } = "";
        public int Revision { get; init; }
        public string? Image { get; init; }
    }
}
