using MultiAgentInfra.Clients.Oci;
using MultiAgentInfra.Clients.Sqlite;
using MultiAgentInfra.Core.Images;

namespace MultiAgentInfra.Functions.Maintenance;

/// <summary>The tags in one repository that are not this control plane's, and what they name; asked once.</summary>
internal sealed class ForeignTags(IImageRegistry registry, string repository, IEnumerable<PushedImage> known)
{
    private Dictionary<Digest, string>? _tags;

    /// <returns>What such a tag keeps, the images in an index included, each with one of its tags.</returns>
    public async Task<IReadOnlyDictionary<Digest, string>> ReadAsync(CancellationToken cancellationToken) =>
        _tags ??= await FindAsync(cancellationToken);

    private async Task<Dictionary<Digest, string>> FindAsync(CancellationToken cancellationToken)
    {
        var ours = known.SelectMany(image => ImageNames.CompanionTags(image.Digest).Append(image.Tag)).ToHashSet();
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
}
