namespace MultiAgentInfra.Clients.Oci;

/// <summary>A manifest or index as a registry holds it: what names it, and its very bytes.</summary>
public sealed record StoredManifest(Descriptor Descriptor, ReadOnlyMemory<byte> Content)
{
    /// <summary>The content as an image manifest, OCI's or Docker's (both have the same shape).</summary>
    /// <exception cref="InvalidDataException">It is none.</exception>
    public OciManifest ReadImage() => OciJson.Parse<OciManifest>(Content.Span, $"Manifest {Descriptor.Digest}");

    /// <summary>The content as an index.</summary>
    /// <exception cref="InvalidDataException">It is none.</exception>
    public OciIndex ReadIndex() => OciJson.Parse<OciIndex>(Content.Span, $"Index {Descriptor.Digest}");
}
