using MultiAgentInfra.Clients.Keys;
using MultiAgentInfra.Clients.Oci;

namespace MultiAgentInfra.Clients.Attestations;

/// <summary>Signs an image, and attaches to it what is known of it: its components, the gate's verdict and its provenance, the last two
/// signed too.</summary>
public sealed class ImageAttester(IImageRegistry registry, ImageKeys keys)
{
    /// <summary>To be done before the image gets its name. A second time adds nothing that says the same.</summary>
    /// <param name="image">The image's manifest, which is in the repository already.</param>
    public Task AttestAsync(string repository, Descriptor image, ImageAttestations attestations, CancellationToken cancellationToken) => Task.WhenAll(
        AttachAsync(repository, image, attestations, cancellationToken),
        new ImageSigner(registry, keys).SignAsync(repository, image.Digest, cancellationToken));

    private async Task AttachAsync(string repository, Descriptor image, ImageAttestations attestations, CancellationToken cancellationToken)
    {
        var there = registry.ListReferrersAsync(repository, image.Digest, cancellationToken);
        var empty = registry.PutBlobAsync(repository, Referrer.NoConfig, AttestationTypes.Empty, cancellationToken);
        await Task.WhenAll(there, empty, registry.MountBlobAsync(repository, attestations.Components, attestations.ComponentsRepository, cancellationToken));

        var known = await there;
        var name = registry.FullName(repository);
        SignedStatement[] statements =
        [
            SignedStatement.Of(name, image.Digest, attestations.Verdict),
            SignedStatement.Of(name, image.Digest, attestations.Provenance),
        ];
        var signed = await Task.WhenAll(statements
            .Where(statement => !statement.IsIn(known, keys.Signing))
            .Select(statement => statement.SignAsync(registry, repository, keys.Signing, cancellationToken)));

        var config = await empty;
        var referrers = signed.Prepend(new(AttestationTypes.CycloneDx, attestations.Components, null)).Select(referrer => referrer.ToManifest(image, config));
        await registry.PutReferrersAsync(repository, image.Digest, [.. referrers], cancellationToken);
    }
}
