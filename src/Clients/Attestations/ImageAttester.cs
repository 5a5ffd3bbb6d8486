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
        var name = registry.FullName(repository);
        SignedStatement[] statements =
        [
            SignedStatement.Of(name, image.Digest, attestations.Verdict),
            SignedStatement.Of(name, image.Digest, attestations.Provenance),
        ];
        // Before it is known what is there, because nearly always nothing is.
        var signing = Task.WhenAll(statements.Select(statement => statement.SignAsync(registry, repository, keys.Signing, cancellationToken)));
        var there = registry.ListReferrersAsync(repository, image.Digest, cancellationToken);
        var empty = registry.PutBlobAsync(repository, Referrer.NoConfig, AttestationTypes.Empty, cancellationToken);
        var components = registry.MountBlobAsync(repository, attestations.Components, attestations.ComponentsRepository, cancellationToken);
        await Task.WhenAll(signing, there, empty, components);

        var (signed, known, config) = (await signing, await there, await empty);
        var referrers = signed
            .Where((_, index) => !statements[index].IsIn(known, keys.Signing))
            .Prepend(new(AttestationTypes.CycloneDx, attestations.Components, null))
            .Select(referrer => referrer.ToManifest(image, config));
        await registry.PutReferrersAsync(repository, image.Digest, [.. referrers], cancellationToken);
    }
}
