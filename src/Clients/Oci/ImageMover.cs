namespace MultiAgentInfra.Clients.Oci;

/// <summary>Brings an image into another repository of its registry without moving what it is made of. Safe to repeat.</summary>
public sealed class ImageMover(IImageRegistry registry)
{
    /// <summary>Mounts the blobs, and puts the very bytes of the manifest, under the same digest therefore. For an index, first the images in it.</summary>
    /// <param name="tag">Null leaves it without a name.</param>
    /// <returns>The image's manifest.</returns>
    /// <exception cref="FileNotFoundException">Neither repository has the image.</exception>
    public async Task<Descriptor> MoveAsync(ImageReference image, string repository, string? tag, CancellationToken cancellationToken)
    {
        var isOnlyNamed = image.Repository == repository;
        var there = isOnlyNamed ? null : await registry.ResolveAsync(repository, image.Digest.Value, cancellationToken);
        if (there is not null && tag is null)
            return there;
        var manifest = await registry.GetManifestAsync(there is null ? image.Repository : repository, image.Digest, cancellationToken);
        if (there is null && !isOnlyNamed)
            await MovePartsAsync(manifest, image.Repository, repository, cancellationToken);
        return await registry.PutManifestAsync(repository, manifest.Content, manifest.Descriptor.MediaType, tag, cancellationToken);
    }

    private async Task MovePartsAsync(StoredManifest manifest, string from, string repository, CancellationToken cancellationToken)
    {
        var isIndex = MediaTypes.IsIndex(manifest.Descriptor.MediaType);
        foreach (var part in manifest.ReadParts().DistinctBy(part => part.Digest))
        {
            if (isIndex)
                await MoveAsync(new ImageReference(from, part.Digest), repository, null, cancellationToken);
            else
                await registry.MountBlobAsync(repository, part, from, cancellationToken);
        }
    }
}
