namespace MultiAgentInfra.Clients.Oci;

/// <summary>An image manifest: the config and the layers, lowest first
/// (https://github.com/opencontainers/image-spec/blob/v1.1.1/manifest.md).</summary>
public sealed record OciManifest(int SchemaVersion, string? MediaType, Descriptor Config, IReadOnlyList<Descriptor> Layers)
{
    /// <summary>What kind of thing an artifact's manifest describes; null for an image.</summary>
    public string? ArtifactType { get; init; }

    /// <summary>The manifest that this one refers to (https://github.com/opencontainers/image-spec/blob/v1.1.1/manifest.md#guidelines-for-artifact-usage).</summary>
    public Descriptor? Subject { get; init; }

    public IReadOnlyDictionary<string, string>? Annotations { get; init; }
}

/// <summary>The entry point of an image layout
/// (https://github.com/opencontainers/image-spec/blob/v1.1.1/image-index.md).</summary>
public sealed record OciIndex(int SchemaVersion, string? MediaType, IReadOnlyList<Descriptor> Manifests);

/// <summary>An image's layers, apart by who owns them: shared by every agent with the same plugins, or the agent's own.</summary>
public sealed record ImageLayers(IReadOnlyList<Descriptor> Runtime, Descriptor Agent);
