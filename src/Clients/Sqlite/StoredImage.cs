using MultiAgentInfra.Core.Images;

namespace MultiAgentInfra.Clients.Sqlite;

/// <summary>What an image in the registry is for.</summary>
public enum ImageKind
{
    /// <summary>One revision of one agent.</summary>
    Agent,

    /// <summary>A released runtime image.</summary>
    Runtime,

    /// <summary>A runtime image that waits for its verdict, or was refused.</summary>
    Quarantined,
}

/// <summary>An image as this control plane has put it into the registry.</summary>
/// <param name="Tag">Null for one that can be had by digest only.</param>
/// <param name="Size">Bytes of its manifest, its config and its layers together, as they are stored.</param>
/// <param name="Runtime">The runtime image that an agent image stands on.</param>
/// <param name="RuntimeKey">The key of a runtime image, released or not.</param>
/// <param name="OrganizationId">The owner of an agent image; runtime images have none.</param>
public sealed record PushedImage(
    string Repository,
    Digest Digest,
    ImageKind Kind,
    string? Tag,
    long Size,
    Digest? Runtime = null,
    string? RuntimeKey = null,
    Guid? OrganizationId = null,
    Guid? AgentId = null,
    int? Revision = null);

/// <summary>An image that is on record.</summary>
/// <param name="UsedAt">The last time that a deployment asked for it.</param>
/// <param name="UnwantedSince">Since when housekeeping finds no reason to keep it; null while there is one.</param>
public sealed record StoredImage(PushedImage Image, DateTimeOffset CreatedAt, DateTimeOffset UsedAt, DateTimeOffset? UnwantedSince);

/// <summary>All that decides which images are wanted, as it was at one moment.</summary>
/// <param name="Agents">Those that are not deleted.</param>
/// <param name="KeysInBuild">The keys of runtime images that live operations build.</param>
public sealed record ImageInventory(IReadOnlyList<StoredImage> Images, IReadOnlyDictionary<Guid, AgentImages> Agents, IReadOnlySet<string> KeysInBuild);

/// <summary>What an agent needs of the registry.</summary>
/// <param name="Revision">The one that its owner asks for.</param>
/// <param name="Running">What was observed to run; null while nothing does.</param>
public sealed record AgentImages(int Revision, Digest? Running);

/// <summary>One page of images, newest first.</summary>
/// <param name="NextCursor">Where the next page starts; null on the last page.</param>
public sealed record ImagePage(IReadOnlyList<StoredImage> Images, string? NextCursor);
