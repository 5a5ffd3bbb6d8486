namespace MultiAgentInfra.Clients.Oci;

/// <summary>An image manifest: the config and the layers, lowest first
/// (https://github.com/opencontainers/image-spec/blob/v1.1.1/manifest.md).</summary>
public sealed record OciManifest(int SchemaVersion, string? MediaType, Descriptor Config, IReadOnlyList<Descriptor> Layers)
{
    public IReadOnlyDictionary<string, string>? Annotations { get; init; }
}

/// <summary>The entry point of an image layout
/// (https://github.com/opencontainers/image-spec/blob/v1.1.1/image-index.md).</summary>
public sealed record OciIndex(int SchemaVersion, string? MediaType, IReadOnlyList<Descriptor> Manifests);

/// <summary>An image's layers, apart by who owns them: shared by every agent with the same plugins, or the agent's own.</summary>
public sealed record ImageLayers(IReadOnlyList<Descriptor> Runtime, Descriptor Agent);
