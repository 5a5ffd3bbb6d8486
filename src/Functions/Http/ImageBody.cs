using MultiAgentInfra.Clients.Sqlite;
using MultiAgentInfra.Functions.Maintenance;

namespace MultiAgentInfra.Functions.Http;

/// <summary>An image on the wire.</summary>
public sealed record ImageBody(
    string Digest,
    string Kind,
    string Repository,
    string? Tag,
    long Size,
    Guid? AgentId,
    int? Revision,
    string? Runtime,
    DateTimeOffset CreatedAt,
    DateTimeOffset UsedAt,
    RetentionBody? Retention,
    ImageLinks Links)
{
    /// <param name="retention">Null for an image that has come since it was judged.</param>
    public static ImageBody Of(StoredImage stored, ImageRetention? retention) => new(
        stored.Image.Digest.Value,
        stored.Image.Kind.ToString(),
        stored.Image.Repository,
        stored.Image.Tag,
        stored.Image.Size,
        stored.Image.AgentId,
        stored.Image.Revision,
        stored.Image.Runtime?.Value,
        stored.CreatedAt,
        stored.UsedAt,
        retention is null ? null : new(retention.Action.ToString(), retention.Reason, stored.UnwantedSince),
        new(Http.Links.Scan(stored.Image.Digest), stored.Image.AgentId is { } agent ? Http.Links.Agent(agent) : null));
}

/// <summary>What housekeeping would do with the image if it ran now, and why.</summary>
public sealed record RetentionBody(string Action, string Reason, DateTimeOffset? UnwantedSince);

/// <summary>Where to go from an image; <paramref name="Agent"/> is null for a runtime image.</summary>
public sealed record ImageLinks(string Scan, string? Agent);

/// <summary>A page of images, newest first; <paramref name="NextCursor"/> is null on the last one.</summary>
public sealed record ImagePageBody(IReadOnlyList<ImageBody> Items, string? NextCursor);
