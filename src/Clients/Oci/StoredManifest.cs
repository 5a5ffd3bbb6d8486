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

    /// <summary>What it is made of: the manifests of an index, or the config and the layers of an image.</summary>
    /// <exception cref="InvalidDataException">It is neither.</exception>
    public IReadOnlyList<Descriptor> ReadParts()
    {
        if (MediaTypes.IsIndex(Descriptor.MediaType))
            return ReadIndex().Manifests;
        var image = ReadImage();
        return [image.Config, .. image.Layers];
    }

    /// <summary>How a list of referrers names it (https://github.com/opencontainers/distribution-spec/blob/v1.1.1/spec.md#listing-referrers).</summary>
    public Descriptor ReadReferrer()
    {
        var manifest = ReadImage();
        return Descriptor with { ArtifactType = manifest.ArtifactType ?? manifest.Config.MediaType, Annotations = manifest.Annotations };
    }
}
