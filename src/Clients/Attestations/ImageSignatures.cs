using MultiAgentInfra.Clients.Oci;
using MultiAgentInfra.Core.Images;

namespace MultiAgentInfra.Clients.Attestations;

/// <summary>Where the signatures of an image are: the layers of one manifest whose tag is made of the image's digest
/// (https://github.com/sigstore/cosign/blob/main/specs/SIGNATURE_SPEC.md#tag-based-discovery).</summary>
internal static class ImageSignatures
{
    public static async Task<IReadOnlyList<Descriptor>> ReadAsync(IImageRegistry registry, string repository, Digest image, CancellationToken cancellationToken)
    {
        if (await registry.ResolveAsync(repository, ImageNames.SignatureTag(image), cancellationToken) is not { } manifest)
            return [];
        return (await registry.GetManifestAsync(repository, manifest.Digest, cancellationToken)).ReadImage().Layers;
    }

    /// <summary>The signature in DER; null when the layer is none.</summary>
    public static byte[]? Of(Descriptor layer)
    {
        var text = layer.MediaType == AttestationTypes.SimpleSigning ? layer.Annotations?.GetValueOrDefault(AttestationTypes.SignatureAnnotation) : null;
        var signature = new byte[text?.Length ?? 0];
        return text is not null && Convert.TryFromBase64String(text, signature, out var length) ? signature[..length] : null;
    }
}
