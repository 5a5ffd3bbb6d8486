using System.Buffers;
using System.Buffers.Binary;
using MultiAgentInfra.Core.Images;

namespace MultiAgentInfra.Clients.Sqlite;

/// <summary>The images that this control plane has put into the registry: whose they are, and which of them are still wanted.</summary>
public sealed partial class ImageStore(ControlDatabase database)
{
    private const int CursorBytes = 8 + 32;

    // An owner sees the images of its agents, and the runtime images that they stand on.
    private const string Visible =
        """
        (organization_id = @organizationId
            OR kind = 'Runtime' AND digest IN (SELECT runtime FROM images WHERE organization_id = @organizationId))
        """;

    /// <summary>Notes that the image is in the registry; a second time changes nothing but that it is wanted again.</summary>
    public Task RecordAsync(PushedImage image, CancellationToken cancellationToken) =>
        database.WriteAsync(db => db.UpsertImage(image, database.Now), cancellationToken);

    /// <summary>The image as one of its owners sees it: an agent image of the organization, or a runtime image that one of them stands on.</summary>
    /// <returns>Null for an unknown image and for a stranger.</returns>
    public Task<StoredImage?> FindAsync(Guid organizationId, Digest digest, CancellationToken cancellationToken) => database.ReadAsync(
        db => db.QueryImages(
            $"WHERE digest = @digest AND {Visible} LIMIT 1",
            new { digest = digest.Value, organizationId = organizationId.ToString() }).SingleOrDefault(),
        cancellationToken);

    /// <returns>The newest image of that key that lies in quarantine; null when none does.</returns>
    public Task<Digest?> FindQuarantinedAsync(string runtimeKey, CancellationToken cancellationToken) => database.ReadAsync(
        db => db.QueryImages("WHERE runtime_key = @runtimeKey AND kind = 'Quarantined' ORDER BY used_at DESC LIMIT 1", new { runtimeKey })
            .SingleOrDefault()?.Image.Digest,
        cancellationToken);

    /// <returns>The key of a runtime image; null for an unknown one.</returns>
    public Task<string?> GetRuntimeKeyAsync(Digest image, CancellationToken cancellationToken) => database.ReadAsync(
        db => db.QueryImages("WHERE digest = @digest AND runtime_key IS NOT NULL LIMIT 1", new { digest = image.Value }).SingleOrDefault()?.Image.RuntimeKey,
        cancellationToken);

    /// <summary>A page of the organization's images, newest first.</summary>
    /// <param name="cursor">The <see cref="ImagePage.NextCursor"/> of the page before; null for the first page.</param>
    /// <returns>Null when the cursor is none.</returns>
    public Task<ImagePage?> ListAsync(Guid organizationId, string? cursor, int limit, CancellationToken cancellationToken) => database.ReadAsync(
        db =>
        {
            if (!TryReadCursor(cursor, out var time, out var digest))
                return null;
            var images = db.QueryImages(
                $"WHERE (created_at, digest) < (@time, @digest) AND {Visible} ORDER BY created_at DESC, digest DESC LIMIT @count",
                new { time, digest, organizationId = organizationId.ToString(), count = limit + 1 }).ToList();
            return images.Count <= limit ? new ImagePage(images, null) : new ImagePage(images[..limit], Cursor(images[limit - 1]));
        },
        cancellationToken);

    // A place and not a row: the image may be gone when its owner asks for the next page.
    private static string Cursor(StoredImage last)
    {
        var bytes = new byte[CursorBytes];
        BinaryPrimitives.WriteInt64BigEndian(bytes, last.CreatedAt.ToUnixTimeMilliseconds());
        Convert.FromHexString(last.Image.Digest.Hex).CopyTo(bytes, 8);
        return Convert.ToHexStringLower(bytes);
    }

    private static bool TryReadCursor(string? cursor, out long time, out string digest)
    {
        (time, digest) = (long.MaxValue, "");
        if (cursor is null)
            return true;
        var bytes = new byte[CursorBytes];
        if (cursor.Length != 2 * CursorBytes || Convert.FromHexString(cursor, bytes, out _, out _) != OperationStatus.Done)
            return false;
        (time, digest) = (BinaryPrimitives.ReadInt64BigEndian(bytes), Digest.FromHash(bytes.AsSpan(8)).Value);
        return true;
    }
}
