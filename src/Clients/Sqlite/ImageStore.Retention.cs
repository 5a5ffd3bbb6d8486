using Dapper;
using Microsoft.Data.Sqlite;
using MultiAgentInfra.Core.Images;

namespace MultiAgentInfra.Clients.Sqlite;

// What housekeeping does: it marks what nobody wants, and removes at a later time what nobody has wanted since.
public sealed partial class ImageStore
{
    /// <summary>All that decides which images are wanted.</summary>
    public Task<ImageInventory> TakeInventoryAsync(CancellationToken cancellationToken) => database.ReadAsync(Inventory, cancellationToken);

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
    /// <returns>False when it is wanted again.</returns>
    public Task<bool> BeginRemovalAsync(StoredImage image, CancellationToken cancellationToken) => database.WriteAsync(
        db =>
        {
            var unwanted = db.ExecuteScalar<bool>($"SELECT EXISTS (SELECT 1 FROM images {StillUnwanted})", Place(image));
            if (unwanted && image.Image.Kind == ImageKind.Runtime)
                RuntimeImageStore.Forget(db, image.Image.Digest, "Housekeeping has removed the image.");
            return unwanted;
        },
        cancellationToken);

    /// <summary>The image is gone from the registry.</summary>
    public Task EndRemovalAsync(StoredImage image, CancellationToken cancellationToken) => database.WriteAsync(
        db => { db.Execute($"DELETE FROM images {StillUnwanted}", Place(image)); },
        cancellationToken);

    private const string StillUnwanted = "WHERE repository = @Repository AND digest = @digest AND unwanted_since = @since";

    private static object Place(StoredImage image) =>
        new { image.Image.Repository, digest = image.Image.Digest.Value, since = image.UnwantedSince?.ToUnixTimeMilliseconds() };

    private static ImageInventory Inventory(SqliteConnection db) => new(
        [.. db.QueryImages("ORDER BY created_at, digest", new { })],
        db.Query<AgentRow>("SELECT id, revision, image FROM agents WHERE status <> 'Deleted'")
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
