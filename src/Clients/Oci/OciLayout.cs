using System.Runtime.CompilerServices;
using MultiAgentInfra.Core.Images;

namespace MultiAgentInfra.Clients.Oci;

/// <summary>A registry in a folder (https://github.com/opencontainers/image-spec/blob/v1.1.1/image-layout.md) that other tools read too,
/// such as <c>skopeo inspect oci:ROOT:REPOSITORY:TAG</c>. Safe to share between threads and between processes.
/// Manifests belong to their repository. Blobs lie in the folder once for all repositories, so that each repository has every blob and a mount
/// moves nothing: what keeps the repositories apart is who can read the folder. What is not there is a <see cref="FileNotFoundException"/>.</summary>
public sealed class OciLayout : IImageRegistry, IDisposable
{
    /// <summary>The size, in bytes, that no manifest or config may exceed: what registries accept at least.</summary>
    public const int MaxDocumentSize = 4 * 1024 * 1024;

    private readonly OciIndexFile _index;
    private readonly BlobFolder _blobs;

    /// <summary>Creates the folder if need be, and removes what an interrupted write left in it.</summary>
    public OciLayout(string root, TimeProvider time)
    {
        Root = Path.GetFullPath(root);
        _blobs = new BlobFolder(Path.Combine(Root, "blobs", "sha256"), Path.Combine(Root, ".tmp"));
        _index = new OciIndexFile(Root, _blobs, time);
    }

    public string Root { get; }

    public string Name => Root;

    public string FullName(string repository) => repository;

    public Task<Descriptor?> ResolveAsync(string repository, string reference, CancellationToken cancellationToken)
    {
        Require(repository, cancellationToken);
        if (Digest.TryParse(reference, out var digest))
            return Task.FromResult(Bare(_index.Read().Find(repository, digest)));
        ReferenceGrammar.RequireTag(reference);
        return Task.FromResult(Bare(_index.Read().Find(repository, reference)));
    }

    public async Task<StoredManifest> GetManifestAsync(string repository, Digest digest, CancellationToken cancellationToken)
    {
        Require(repository, cancellationToken);
        var descriptor = Bare(_index.Read().Find(repository, digest)) ?? throw new FileNotFoundException(ImageNames.Missing(digest));
        return new(descriptor, await _blobs.ReadAsync(digest, MaxDocumentSize, cancellationToken));
    }

    public async Task<Descriptor> PutManifestAsync(
        string repository, ReadOnlyMemory<byte> content, string mediaType, string? tag, CancellationToken cancellationToken)
    {
        Require(repository, cancellationToken);
        if (tag is not null)
            ReferenceGrammar.RequireTag(tag);
        var subject = RequireParts(content, mediaType);
        var descriptor = await PutBlobAsync(repository, content, mediaType, cancellationToken);
        var entry = LayoutEntry.Create(descriptor, repository, tag, subject);
        await _index.UpdateAsync(index => tag is null ? index.With([entry]) : index.WithTagged(entry), cancellationToken);
        return descriptor;
    }

    public Task DeleteManifestAsync(string repository, Digest digest, CancellationToken cancellationToken)
    {
        Require(repository, cancellationToken);
        return _index.UpdateAsync(index => index.Without(e => e.Repository == repository && e.Digest == digest), cancellationToken);
    }

    public async IAsyncEnumerable<string> ListTagsAsync(string repository, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        Require(repository, cancellationToken);
        foreach (var entry in _index.Read().Entries.Where(e => e.Tag is not null && e.Repository == repository))
            yield return entry.Tag!;
        await Task.CompletedTask;
    }

    public async Task<IReadOnlyList<Descriptor>> ListReferrersAsync(string repository, Digest subject, CancellationToken cancellationToken)
    {
        Require(repository, cancellationToken);
        var referrers = new List<Descriptor>();
        foreach (var entry in _index.Read().ReferrersOf(repository, subject))
            referrers.Add(new StoredManifest(Bare(entry)!, await _blobs.ReadAsync(entry.Digest, MaxDocumentSize, cancellationToken)).ReadReferrer());
        return referrers;
    }

    public async Task<IReadOnlyList<Descriptor>> PutReferrersAsync(
        string repository, Digest subject, IReadOnlyList<OciManifest> referrers, CancellationToken cancellationToken)
    {
        Require(repository, cancellationToken);
        var stored = new List<Descriptor>();
        foreach (var referrer in referrers)
        {
            if (referrer.Subject?.Digest != subject)
                throw new ArgumentException($"A manifest that refers to {referrer.Subject?.Digest} is no referrer of {subject}.", nameof(referrers));
            var content = OciJson.Write(referrer);
            RequireParts(content, MediaTypes.Manifest);
            stored.Add(await PutBlobAsync(repository, content, MediaTypes.Manifest, cancellationToken));
        }

        await _index.UpdateAsync(index => index.With([.. stored.Select(d => LayoutEntry.Create(d, repository, null, subject))]), cancellationToken);
        return stored;
    }

    /// <summary>Makes the blob young, too: who asks may be about to refer to it.</summary>
    public Task<bool> HasBlobAsync(string repository, Digest digest, CancellationToken cancellationToken)
    {
        Require(repository, cancellationToken);
        return Task.FromResult(_blobs.TryTouch(digest, _index.Now));
    }

    public Task<Stream> OpenBlobAsync(string repository, Descriptor blob, CancellationToken cancellationToken)
    {
        Require(repository, cancellationToken);
        return Task.FromResult<Stream>(new VerifiedStream(_blobs.Open(blob.Digest), blob.Digest, blob.Size));
    }

    public Task<Descriptor> PutBlobAsync(string repository, ReadOnlyMemory<byte> content, string mediaType, CancellationToken cancellationToken)
    {
        Require(repository, cancellationToken);
        return content.Length <= MaxDocumentSize
            ? _blobs.PutAsync(content, mediaType, cancellationToken)
            : throw new InvalidDataException($"A document of {content.Length} bytes exceeds the limit of {MaxDocumentSize}.");
    }

    public Task<BlobUpload> BeginBlobAsync(string repository, CancellationToken cancellationToken)
    {
        Require(repository, cancellationToken);
        return Task.FromResult<BlobUpload>(new BlobWriter(_blobs));
    }

    /// <summary>Only asks whether the blob is there, and makes it young, so that it is not taken for garbage before a manifest names it.</summary>
    public Task MountBlobAsync(string repository, Descriptor blob, string from, CancellationToken cancellationToken)
    {
        Require(repository, cancellationToken);
        ReferenceGrammar.RequireRepository(from);
        return _blobs.TryTouch(blob.Digest, _index.Now) ? Task.CompletedTask : throw new FileNotFoundException(ImageNames.Missing(blob.Digest));
    }

    /// <summary>Deletes the blobs that no listed manifest needs and that are older than <paramref name="grace"/>, which protects an image
    /// that is being assembled. A manifest that is that old, has no tag, and refers to nothing that stays goes too: it was refused,
    /// replaced or abandoned. Returns the bytes freed.</summary>
    public Task<long> CollectGarbageAsync(TimeSpan grace, CancellationToken cancellationToken) =>
        new LayoutGarbage(_index, _blobs, _index.Now - grace).CollectAsync(cancellationToken);

    public void Dispose() => _index.Dispose();

    private static void Require(string repository, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        ReferenceGrammar.RequireRepository(repository);
    }

    private static Descriptor? Bare(LayoutEntry? entry) =>
        entry is null ? null : new(entry.Descriptor.MediaType, entry.Digest, entry.Descriptor.Size);

    /// <summary>As a registry does: what a manifest names must be there. Returns the subject.</summary>
    private Digest? RequireParts(ReadOnlyMemory<byte> content, string mediaType)
    {
        if (!MediaTypes.IsManifest(mediaType))
            throw new InvalidDataException($"'{mediaType}' is no manifest.");
        var manifest = new StoredManifest(new(mediaType, Digest.Of(content.Span), content.Length), content);
        foreach (var part in manifest.ReadParts().Where(part => !_blobs.Has(part.Digest)))
            throw new FileNotFoundException(ImageNames.Missing(part.Digest));
        return MediaTypes.IsIndex(mediaType) ? null : manifest.ReadImage().Subject?.Digest;
    }
}
