using System.Collections.Concurrent;
using MultiAgentInfra.Core.Images;

namespace MultiAgentInfra.Clients.Oci;

/// <summary>Reads images of a registry. What a digest names never changes, so that the images read last stay in memory: thousands of agents
/// stand on one runtime.</summary>
public sealed class ImageReader(IImageRegistry registry)
{
    private const int MostKept = 128;

    private readonly ConcurrentDictionary<ImageReference, ImageContent> _kept = new();

    /// <exception cref="FileNotFoundException">The repository has no such image.</exception>
    /// <exception cref="InvalidDataException">It is no image, too large, or not what the digest says.</exception>
    public async Task<ImageContent> ReadAsync(ImageReference image, CancellationToken cancellationToken)
    {
        if (_kept.TryGetValue(image, out var known))
            return known;
        var manifest = (await registry.GetManifestAsync(image.Repository, image.Digest, cancellationToken)).ReadImage();
        var read = new ImageContent(manifest, await ReadConfigAsync(image.Repository, manifest.Config, cancellationToken));
        if (_kept.Count >= MostKept)
            _kept.Clear();
        return _kept[image] = read;
    }

    /// <summary>Whether the image can be used: its manifest, its config and all of its layers are there, at this moment.</summary>
    public async Task<bool> HasImageAsync(ImageReference image, CancellationToken cancellationToken)
    {
        if (await registry.ResolveAsync(image.Repository, image.Digest.Value, cancellationToken) is null)
            return false;
        var manifest = await registry.GetManifestAsync(image.Repository, image.Digest, cancellationToken);
        var isIndex = MediaTypes.IsIndex(manifest.Descriptor.MediaType);
        foreach (var part in manifest.ReadParts())
        {
            var isThere = isIndex
                ? await HasImageAsync(image with { Digest = part.Digest }, cancellationToken)
                : await registry.HasBlobAsync(image.Repository, part.Digest, cancellationToken);
            if (!isThere)
                return false;
        }

        return true;
    }

    /// <summary>Which layers of an agent image are the runtime's, and which is the agent's own.</summary>
    /// <exception cref="InvalidDataException">The image is no agent's.</exception>
    public async Task<ImageLayers> ReadLayersAsync(ImageReference image, CancellationToken cancellationToken)
    {
        var manifest = (await registry.GetManifestAsync(image.Repository, image.Digest, cancellationToken)).ReadImage();
        if (manifest.Layers.Count < 2 || manifest.Annotations?.ContainsKey(ImageNames.AgentLabel) != true)
            throw new InvalidDataException($"Image {image.Digest} is no agent image.");
        return new([.. manifest.Layers.SkipLast(1)], manifest.Layers[^1]);
    }

    private async Task<OciImageConfig> ReadConfigAsync(string repository, Descriptor config, CancellationToken cancellationToken)
    {
        if (config.Size > OciLayout.MaxDocumentSize)
            throw new InvalidDataException($"Config {config.Digest} has {config.Size} bytes; a document may have {OciLayout.MaxDocumentSize}.");
        await using var blob = await registry.OpenBlobAsync(repository, config, cancellationToken);
        using var content = new MemoryStream((int)config.Size);
        await blob.CopyToAsync(content, cancellationToken);
        return OciJson.Parse<OciImageConfig>(content.GetBuffer().AsSpan(0, (int)content.Length), $"Config {config.Digest}");
    }
}

/// <summary>An image by where it is and what it is.</summary>
public sealed record ImageReference(string Repository, Digest Digest);

/// <summary>An image as its documents describe it.</summary>
public sealed record ImageContent(OciManifest Manifest, OciImageConfig Config);
