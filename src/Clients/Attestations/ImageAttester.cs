using MultiAgentInfra.Clients.Keys;
using MultiAgentInfra.Clients.Oci;

namespace MultiAgentInfra.Clients.Attestations;

/// <summary>Signs an image, and attaches to it what is known of it: its components, the gate's verdict and its provenance, the last two
/// signed too.</summary>
public sealed class ImageAttester(IImageRegistry registry, ImageKeys keys, TimeProvider time)
{
    private readonly SharedBlobs _shared = new(registry, time);

    /// <summary>To be done before the image gets its name. A second time adds nothing that says the same.</summary>
    /// <param name="image">The image's manifest, which is in the repository already.</param>
    public async Task AttestAsync(string repository, Descriptor image, ImageAttestations attestations, CancellationToken cancellationToken)
    {
        try
        {
            await Task.WhenAll(
                AttachAsync(repository, image, attestations, cancellationToken),
                new ImageSigner(registry, keys, _shared).SignAsync(repository, image.Digest, cancellationToken));
        }
        catch
        {
            _shared.Forget(repository);
            throw;
        }
    }

    private async Task AttachAsync(string repository, Descriptor image, ImageAttestations attestations, CancellationToken cancellationToken)
    {
        var there = registry.ListReferrersAsync(repository, image.Digest, cancellationToken);
        var empty = _shared.PutEmptyAsync(repository, AttestationTypes.Empty, cancellationToken);
        var components = _shared.MountAsync(repository, attestations.Components, attestations.ComponentsRepository, cancellationToken);
        await Task.WhenAll(there, empty, components);

        var known = await there;
        SignedStatement[] statements =
        [
            SignedStatement.Of(repository, image.Digest, attestations.Verdict),
            SignedStatement.Of(repository, image.Digest, attestations.Provenance),
        ];
        var signed = await Task.WhenAll(statements
            .Where(statement => !statement.IsIn(known, keys.Signing))
            .Select(statement => statement.SignAsync(registry, repository, keys.Signing, cancellationToken)));

        var config = await empty;
        var referrers = signed.Prepend(new(AttestationTypes.CycloneDx, await components, null)).Select(referrer => referrer.ToManifest(image, config));
        await registry.PutReferrersAsync(repository, image.Digest, [.. referrers], cancellationToken);
    }
}
