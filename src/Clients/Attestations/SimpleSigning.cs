using System.Text.Json.Serialization;
using MultiAgentInfra.Clients.Oci;
using MultiAgentInfra.Core.Images;

namespace MultiAgentInfra.Clients.Attestations;

/// <summary>What a signature of an image is made over
/// (https://github.com/containers/image/blob/main/docs/containers-signature.5.md#json-data-format).</summary>
internal sealed record SimpleSigning(SimpleSigning.CriticalPart Critical)
{
    private const string CosignType = "cosign container image signature";

    public static byte[] Write(string reference, Digest image) =>
        OciJson.Write(new SimpleSigning(new CriticalPart(new(reference), new(image), CosignType)));

    /// <returns>The image that was signed.</returns>
    /// <exception cref="InvalidDataException">The content is something else.</exception>
    public static Digest Read(ReadOnlySpan<byte> payload)
    {
        var critical = OciJson.Parse<SimpleSigning>(payload, "The payload of the signature").Critical;
        return critical.Type == CosignType
            ? critical.Image.DockerManifestDigest
            : throw new InvalidDataException($"The payload of the signature is of type '{critical.Type}'.");
    }

    internal sealed record CriticalPart(IdentityPart Identity, ImagePart Image, string Type);

    internal sealed record IdentityPart([property: JsonPropertyName("docker-reference")] string DockerReference);

    internal sealed record ImagePart([property: JsonPropertyName("docker-manifest-digest")] Digest DockerManifestDigest);
}
