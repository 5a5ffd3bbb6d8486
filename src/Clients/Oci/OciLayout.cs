using System.Text.RegularExpressions;
using MultiAgentInfra.Core.Images;

namespace MultiAgentInfra.Clients.Oci;

/// <summary>A folder of images (https://github.com/opencontainers/image-spec/blob/v1.1.1/image-layout.md) that other tools read too,
/// such as <c>skopeo inspect oci:ROOT:runtime/KEY</c>. Safe to share between threads and between processes.</summary>
public sealed partial class OciLayout : IDisposable
{
    /// <summary>The size, in bytes, that no manifest, config or index may exceed: what registries accept at least.</summary>
    public const int MaxDocumentSize = 4 * 1024 * 1024;

    private readonly OciIndexFile _index;

    /// <summary>Creates the folder if need be, and removes what an interrupted write left in it.</summary>
    public OciLayout(string root, TimeProvider time)
    {
        Root = Path.GetFullPath(root);
        Blobs = new BlobFolder(Path.Combine(Root, "blobs", "sha256"), Path.Combine(Root, ".tmp"));
        _index = new OciIndexFile(Root, Blobs, time);
    }

    public string Root { get; }

    internal BlobFolder Blobs { get; }

    /// <summary>The manifest that a reference names, or null.</summary>
    public Descriptor? Resolve(string reference) => _index.Read().Manifests.FirstOrDefault(m => HasReference(m, reference));

    /// <summary>Whether the image can be used: its manifest, its config and all of its layers are here.</summary>
    public async Task<bool> HasImageAsync(Digest digest, CancellationToken cancellationToken)
    {
        if (!Blobs.Has(digest))
            return false;
        var manifest = await GetManifestAsync(digest, cancellationToken);
        return manifest.Layers.Append(manifest.Config).All(blob => Blobs.Has(blob.Digest));
    }

    /// <summary>Whether the image waits for a verdict: it is here, and no reference names it.</summary>
    public bool IsQuarantined(Digest digest) => _index.Read().Manifests.Any(m => m.Digest == digest && ReferenceOf(m) is null);

    /// <summary>Lets <paramref name="reference"/> name the manifest, which ends its quarantine; whatever it named before loses it.</summary>
    /// <exception cref="FormatException">The reference is none by the specification's grammar.</exception>
    public async Task TagAsync(string reference, Descriptor manifest, CancellationToken cancellationToken)
    {
        if (!ReferenceGrammar().IsMatch(reference))
            throw new FormatException($"'{reference}' cannot be the name of an image.");
        var tagged = manifest with { Annotations = new Dictionary<string, string> { [ImageNames.ReferenceAnnotation] = reference } };
        await _index.UpdateAsync(manifests =>
            [.. manifests.Where(m => !HasReference(m, reference) && !(m.Digest == manifest.Digest && ReferenceOf(m) is null)), tagged], cancellationToken);
    }

    /// <summary>Removes a reference; none by that name is no error. The blobs stay until <see cref="CollectGarbageAsync"/>.</summary>
    public Task UntagAsync(string reference, CancellationToken cancellationToken) =>
        _index.UpdateAsync(manifests => [.. manifests.Where(m => !HasReference(m, reference))], cancellationToken);

    /// <summary>Lists a manifest without a reference, so that nothing can deploy it by name. One that was released before stays released.</summary>
    public Task QuarantineAsync(Descriptor manifest, CancellationToken cancellationToken)
    {
        var entry = manifest with { Annotations = new Dictionary<string, string> { [ImageNames.QuarantineAnnotation] = "true" } };
        return _index.UpdateAsync(manifests => manifests.Any(m => m.Digest == manifest.Digest) ? manifests : [.. manifests, entry], cancellationToken);
    }

    /// <exception cref="FileNotFoundException">There is no such blob.</exception>
    /// <exception cref="InvalidDataException">The content is no manifest, too large, or not what the digest says.</exception>
    public async Task<OciManifest> GetManifestAsync(Digest digest, CancellationToken cancellationToken) =>
        OciJson.Parse<OciManifest>(await Blobs.ReadAsync(digest, MaxDocumentSize, cancellationToken), $"Manifest {digest}");

    /// <inheritdoc cref="GetManifestAsync"/>
    public async Task<OciImageConfig> GetConfigAsync(OciManifest manifest, CancellationToken cancellationToken) =>
        OciJson.Parse<OciImageConfig>(await Blobs.ReadAsync(manifest.Config.Digest, MaxDocumentSize, cancellationToken), $"Config {manifest.Config.Digest}");

    /// <summary>Which layers of an agent image are the runtime's, and which is the agent's own.</summary>
    /// <exception cref="InvalidDataException">The image is no agent's.</exception>
    public async Task<ImageLayers> ReadLayersAsync(Digest image, CancellationToken cancellationToken)
    {
        var manifest = await GetManifestAsync(image, cancellationToken);
        if (manifest.Layers.Count < 2 || manifest.Annotations?.ContainsKey(ImageNames.AgentLabel) != true)
            throw new InvalidDataException($"Image {image} is no agent image.");
        return new([.. manifest.Layers.SkipLast(1)], manifest.Layers[^1]);
    }

    /// <summary>Opens a blob; a read at or past the end throws <see cref="InvalidDataException"/> when the content is not what the descriptor says.</summary>
    public Stream OpenBlob(Descriptor blob) => new VerifiedStream(Blobs.Open(blob.Digest), blob.Digest, blob.Size);

    /// <summary>Stores a document of at most <see cref="MaxDocumentSize"/> bytes.</summary>
    public Task<Descriptor> PutBlobAsync(ReadOnlyMemory<byte> content, string mediaType, CancellationToken cancellationToken) =>
        content.Length <= MaxDocumentSize
            ? Blobs.PutAsync(content, mediaType, cancellationToken)
            : throw new InvalidDataException($"A document of {content.Length} bytes exceeds the limit of {MaxDocumentSize}.");

    /// <summary>Deletes the blobs that no listed image needs and that are older than <paramref name="grace"/>, which protects an image
    /// that is being assembled. An image that long in quarantine, refused or abandoned, goes too. Returns the bytes freed.</summary>
    public async Task<long> CollectGarbageAsync(TimeSpan grace, CancellationToken cancellationToken)
    {
        var oldest = _index.Now - grace;
        await _index.UpdateAsync(
            manifests => manifests.Any(IsAbandoned) ? [.. manifests.Where(m => !IsAbandoned(m))] : manifests, cancellationToken);
        var used = new HashSet<Digest>();
        foreach (var entry in _index.Read().Manifests.Where(m => used.Add(m.Digest)))
        {
            var manifest = await GetManifestAsync(entry.Digest, cancellationToken);
            used.Add(manifest.Config.Digest);
            used.UnionWith(manifest.Layers.Select(l => l.Digest));
        }

        return Blobs.DeleteExcept(used, oldest);

        bool IsAbandoned(Descriptor entry) => ReferenceOf(entry) is null && Blobs.IsOlderThan(entry.Digest, oldest);
    }

    public void Dispose() => _index.Dispose();

    private static string? ReferenceOf(Descriptor entry) => entry.Annotations?.GetValueOrDefault(ImageNames.ReferenceAnnotation);

    private static bool HasReference(Descriptor entry, string reference) => ReferenceOf(entry) == reference;

    internal Task<Descriptor> PutManifestAsync(OciManifest manifest, CancellationToken cancellationToken) =>
        PutBlobAsync(OciJson.Write(manifest), MediaTypes.Manifest, cancellationToken);

    internal Task<Descriptor> PutConfigAsync(OciImageConfig config, CancellationToken cancellationToken) =>
        PutBlobAsync(OciJson.Write(config), MediaTypes.Config, cancellationToken);

    // https://github.com/opencontainers/image-spec/blob/v1.1.1/annotations.md#pre-defined-annotation-keys
    [GeneratedRegex(@"\A[A-Za-z0-9]+((--|[-._:@+])[A-Za-z0-9]+)*(/[A-Za-z0-9]+((--|[-._:@+])[A-Za-z0-9]+)*)*\z", RegexOptions.NonBacktracking)]
    private static partial Regex ReferenceGrammar();
}
