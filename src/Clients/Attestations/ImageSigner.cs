using MultiAgentInfra.Clients.Keys;
using MultiAgentInfra.Clients.Oci;
using MultiAgentInfra.Core.Images;

namespace MultiAgentInfra.Clients.Attestations;

/// <summary>Signs images in the layout that cosign reads (https://github.com/sigstore/cosign/blob/main/specs/SIGNATURE_SPEC.md).</summary>
internal sealed class ImageSigner(IImageRegistry registry, ImageKeys keys)
{
    /// <summary>Adds a signature of our key to those that there are; an image that has one is left alone.</summary>
    public async Task SignAsync(string repository, Digest image, CancellationToken cancellationToken)
    {
        var payload = SimpleSigning.Write(registry.FullName(repository), image);
        var there = await ImageSignatures.ReadAsync(registry, repository, image, cancellationToken);
        if (there.Any(layer => layer.Digest == Digest.Of(payload) && ImageSignatures.Of(layer) is { } signature && keys.Signing.Public.Verify(payload, signature)))
            return;

        var config = registry.PutBlobAsync(repository, Referrer.NoConfig, MediaTypes.Config, cancellationToken);
        var blob = registry.PutBlobAsync(repository, payload, AttestationTypes.SimpleSigning, cancellationToken);
        await Task.WhenAll(config, blob);
        var annotations = new Dictionary<string, string> { [AttestationTypes.SignatureAnnotation] = Convert.ToBase64String(keys.Signing.Sign(payload)) };
        var manifest = new OciManifest(2, MediaTypes.Manifest, await config, [.. there, await blob with { Annotations = annotations }]);
        await registry.PutManifestAsync(repository, OciJson.Write(manifest), MediaTypes.Manifest, ImageNames.SignatureTag(image), cancellationToken);
    }
}
