using MultiAgentInfra.Core.Images;

namespace MultiAgentInfra.Clients.Oci;

/// <summary>Where images are: repositories of manifests, tags, blobs and referrers, in the words of
/// https://github.com/opencontainers/distribution-spec/blob/v1.1.1/spec.md. Every digest and size is verified on receipt.
/// What a registry refuses is an <see cref="ApiException"/>; damaged content is an <see cref="InvalidDataException"/>.</summary>
public interface IImageRegistry
{
    /// <summary>For people: an address or a folder, without credentials.</summary>
    string Name { get; }

    /// <summary>A repository's name for those outside of this system, such as <c>HOST:PORT/PREFIX/REPOSITORY</c>; in a folder it has no other.</summary>
    string FullName(string repository);

    /// <summary>The manifest that a tag or digest names; null when the repository has none.</summary>
    Task<Descriptor?> ResolveAsync(string repository, string reference, CancellationToken cancellationToken);

    /// <summary>A manifest or index, at most 4 MiB.</summary>
    /// <exception cref="FileNotFoundException">The repository has no such manifest.</exception>
    Task<StoredManifest> GetManifestAsync(string repository, Digest digest, CancellationToken cancellationToken);

    /// <summary>Stores a manifest whose blobs are in the repository already. A null tag leaves it without a name: it can be had by digest only.</summary>
    Task<Descriptor> PutManifestAsync(string repository, ReadOnlyMemory<byte> content, string mediaType, string? tag, CancellationToken cancellationToken);

    /// <summary>Removes a manifest and every tag that names it; none is no error.</summary>
    Task DeleteManifestAsync(string repository, Digest digest, CancellationToken cancellationToken);

    /// <summary>The tags of a repository, in no order that counts; none when there is no such repository.</summary>
    IAsyncEnumerable<string> ListTagsAsync(string repository, CancellationToken cancellationToken);

    /// <summary>The manifests that refer to the subject, with their artifact types and annotations.</summary>
    Task<IReadOnlyList<Descriptor>> ListReferrersAsync(string repository, Digest subject, CancellationToken cancellationToken);

    /// <summary>Stores manifests whose <see cref="OciManifest.Subject"/> is the subject, and lists them as its referrers: all of them in one
    /// update where the registry needs the fallback tag. One that is there already is not listed twice.</summary>
    Task<IReadOnlyList<Descriptor>> PutReferrersAsync(string repository, Digest subject, IReadOnlyList<OciManifest> referrers, CancellationToken cancellationToken);

    Task<bool> HasBlobAsync(string repository, Digest digest, CancellationToken cancellationToken);

    /// <summary>Opens a blob; a read at or past the end throws <see cref="InvalidDataException"/> when the content is not what the descriptor says.</summary>
    /// <exception cref="FileNotFoundException">The repository has no such blob.</exception>
    Task<Stream> OpenBlobAsync(string repository, Descriptor blob, CancellationToken cancellationToken);

    /// <summary>Stores a small document, such as an image's config; at most 4 MiB.</summary>
    Task<Descriptor> PutBlobAsync(string repository, ReadOnlyMemory<byte> content, string mediaType, CancellationToken cancellationToken);

    /// <summary>Begins a blob of any size, whose digest is known when all of it was written.</summary>
    Task<BlobUpload> BeginBlobAsync(string repository, CancellationToken cancellationToken);

    /// <summary>Makes a blob of one repository part of another one, without moving its content where the registry can.</summary>
    Task MountBlobAsync(string repository, Descriptor blob, string from, CancellationToken cancellationToken);
}
