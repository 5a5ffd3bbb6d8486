using MultiAgentInfra.Clients.Oci;

namespace MultiAgentInfra.Clients.Attestations;

/// <summary>A document that is attached to an image, by a manifest of its own whose only layer it is
/// (https://github.com/opencontainers/image-spec/blob/v1.1.1/manifest.md#guidelines-for-artifact-usage).</summary>
internal sealed record Referrer(string ArtifactType, Descriptor Document, IReadOnlyDictionary<string, string>? Annotations)
{
    /// <summary>The config of what is no image: one blob for all of them in a repository.</summary>
    public static ReadOnlyMemory<byte> NoConfig { get; } = "{}"u8.ToArray();

    public OciManifest ToManifest(Descriptor image, Descriptor empty) => new(2, MediaTypes.Manifest, empty, [Document])
    {
        ArtifactType = ArtifactType,
        Subject = new(image.MediaType, image.Digest, image.Size),
        Annotations = Annotations,
    };
}
