using System.Collections.Concurrent;
using MultiAgentInfra.Clients.Oci;
using MultiAgentInfra.Core;
using MultiAgentInfra.Core.Images;

namespace MultiAgentInfra.Clients.Attestations;

/// <summary>The lists of components (CycloneDX) in the registry: an agent image has its runtime image's.</summary>
public sealed class ComponentLists(IImageRegistry registry)
{
    private const int MostRemembered = 1_000;

    private readonly ConcurrentDictionary<Digest, Descriptor> _known = [];

    /// <summary>Stores a list as a blob, to be attached.</summary>
    public async Task<Descriptor> PutAsync(string repository, ReadOnlyMemory<byte> content, CancellationToken cancellationToken)
    {
        await using var upload = await registry.BeginBlobAsync(repository, cancellationToken);
        await upload.WriteAsync(content, cancellationToken);
        return await upload.CommitAsync(AttestationTypes.CycloneDx, cancellationToken);
    }

    /// <summary>The list that is attached to an image.</summary>
    /// <exception cref="NonRetryableException">There is none.</exception>
    public async Task<Descriptor> FindAsync(string repository, Digest image, CancellationToken cancellationToken)
    {
        if (_known.TryGetValue(image, out var known))
            return known;
        var referrers = await registry.ListReferrersAsync(repository, image, cancellationToken);
        var referrer = referrers.FirstOrDefault(referrer => referrer.ArtifactType == AttestationTypes.CycloneDx)
            ?? throw new NonRetryableException($"No list of components is attached to the image {image} in {repository}.");
        var list = (await registry.GetManifestAsync(repository, referrer.Digest, cancellationToken)).ReadImage().Layers[0];
        if (_known.Count >= MostRemembered)
            _known.Clear();
        return _known[image] = new(list.MediaType, list.Digest, list.Size);
    }
}
