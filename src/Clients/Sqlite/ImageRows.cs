using Dapper;
using Microsoft.Data.Sqlite;
using MultiAgentInfra.Core.Images;

namespace MultiAgentInfra.Clients.Sqlite;

/// <summary>The images table inside a transaction.</summary>
internal static class ImageRows
{
    public static IEnumerable<StoredImage> QueryImages(this SqliteConnection db, string where, object parameters) =>
        db.Query<Row>("SELECT * FROM images " + where, parameters).Select(row => row.ToImage());

    /// <summary>Notes the image; one that is on record keeps its age, and is wanted again.</summary>
    public static void UpsertImage(this SqliteConnection db, PushedImage image, DateTimeOffset now) => db.Execute(
        """
        INSERT INTO images (repository, digest, kind, tag, size, runtime, runtime_key, organization_id, agent_id, revision, created_at, used_at)
        VALUES (@Repository, @Digest, @Kind, @Tag, @Size, @Runtime, @RuntimeKey, @OrganizationId, @AgentId, @Revision, @now, @now)
        ON CONFLICT (repository, digest) DO UPDATE SET
            kind = @Kind, tag = @Tag, size = @Size, runtime = @Runtime, runtime_key = @RuntimeKey, organization_id = @OrganizationId, agent_id = @AgentId, revision = @Revision,
            used_at = @now, unwanted_since = NULL
        """,
        new
        {
            image.Repository,
            Digest = image.Digest.Value,
            Kind = image.Kind.ToString(),
            image.Tag,
            image.Size,
            Runtime = image.Runtime?.Value,
            image.RuntimeKey,
            OrganizationId = image.OrganizationId?.ToString(),
            AgentId = image.AgentId?.ToString(),
            image.Revision,
            now = now.ToUnixTimeMilliseconds(),
        });

    /// <summary>A deployment is about to use the image.</summary>
    public static void TouchImage(this SqliteConnection db, Digest digest, DateTimeOffset now) => db.Execute(
        "UPDATE images SET used_at = @now, unwanted_since = NULL WHERE digest = @digest",
        new { digest = digest.Value, now = now.ToUnixTimeMilliseconds() });

    private sealed record Row
    {
        public string Repository { get; init; } = "";
        public string Digest { get; init; } = "";
        public string Kind { get; init; } = "";
        public string? Tag { get; init; }
        public long Size { get; init; }
        public string? Runtime { get; init; }
        public string? RuntimeKey { get; init; }
        public string? OrganizationId { get; init; }
        public string? AgentId { get; init; }
        public int? Revision { get; init; }
        public long CreatedAt { get; init; }
        public long UsedAt { get; init; }
        public long? UnwantedSince { get; init; }

        public StoredImage ToImage() => new(
            new(
                Repository,
                Core.Images.Digest.Parse(Digest),
                Enum.Parse<ImageKind>(Kind),
                Tag,
                Size,
                Runtime is null ? null : Core.Images.Digest.Parse(Runtime),
                RuntimeKey,
                OrganizationId is null ? null : Guid.Parse(OrganizationId),
                AgentId is null ? null : Guid.Parse(AgentId),
                Revision),
            DateTimeOffset.FromUnixTimeMilliseconds(CreatedAt),
            DateTimeOffset.FromUnixTimeMilliseconds(UsedAt),
            UnwantedSince is { } since ? DateTimeOffset.FromUnixTimeMilliseconds(since) : null);
    }
}
