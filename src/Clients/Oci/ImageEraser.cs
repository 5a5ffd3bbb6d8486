using MultiAgentInfra.Clients.Sqlite;
using MultiAgentInfra.Core.Images;

namespace MultiAgentInfra.Clients.Oci;

/// <summary>Deletes images that this control plane has recorded, by digest, with what means nothing without them. What a tag of somebody else
/// names stays. Safe to repeat.</summary>
public sealed class ImageEraser(ImageStore images, IImageRegistry registry)
{
    /// <summary>What in the repository the tags of others name, the images in their indexes included, each with one of those tags.</summary>
    public async Task<IReadOnlyDictionary<Digest, string>> FindForeignTagsAsync(string repository, CancellationToken cancellationToken)
    {
        var known = await images.ListNamesAsync(repository, cancellationToken);
        var ours = known.SelectMany(image => ImageNames.CompanionTags(image.Digest).Append(image.Tag).Append(image.RuntimeKey)).ToHashSet();
        var foreign = new Dictionary<Digest, string>();
        await foreach (var tag in registry.ListTagsAsync(repository, cancellationToken))
        {
            if (ours.Contains(tag) || await registry.ResolveAsync(repository, tag, cancellationToken) is not { } named)
                continue;
            foreign[named.Digest] = tag;
            if (!MediaTypes.IsIndex(named.MediaType))
                continue;
            foreach (var image in (await registry.GetManifestAsync(repository, named.Digest, cancellationToken)).ReadIndex().Manifests)
                foreign[image.Digest] = tag;
        }

        return foreign;
    }

    /// <summary>Deletes an image that is not wanted.</summary>
    /// <param name="foreign">From <see cref="FindForeignTagsAsync"/>.</param>
    /// <returns>False when it stays: a tag of somebody else names it, or somebody has asked for it meanwhile.</returns>
    public async Task<bool> EraseAsync(StoredImage image, IReadOnlyDictionary<Digest, string> foreign, CancellationToken cancellationToken)
    {
        var (repository, digest) = (image.Image.Repository, image.Image.Digest);
        if (foreign.ContainsKey(digest) || !await images.BeginRemovalAsync(image, cancellationToken))
            return false;
        // Before the image: interrupted here, it is one without a signature, which no deployment takes.
        foreach (var companion in await FindCompanionsAsync(repository, digest, cancellationToken))
        {
            if (!foreign.ContainsKey(companion))
                await registry.DeleteManifestAsync(repository, companion, cancellationToken);
        }

        await registry.DeleteManifestAsync(repository, digest, cancellationToken);
        await images.EndRemovalAsync(image, cancellationToken);
        return true;
    }

    /// <summary>What refers to the image, the list of that where the registry needs one, and its signatures.</summary>
    private async Task<IReadOnlyList<Digest>> FindCompanionsAsync(string repository, Digest image, CancellationToken cancellationToken)
    {
        var companions = (await registry.ListReferrersAsync(repository, image, cancellationToken)).Select(referrer => referrer.Digest).ToList();
        foreach (var name in ImageNames.CompanionTags(image))
        {
            if (await registry.ResolveAsync(repository, name, cancellationToken) is { } found)
                companions.Add(found.Digest);
        }

        return companions;
    }
}
