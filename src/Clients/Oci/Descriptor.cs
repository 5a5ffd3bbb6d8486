using System.Text.Json;
using System.Text.Json.Serialization;
using MultiAgentInfra.Core.Images;

namespace MultiAgentInfra.Clients.Oci;

/// <summary>Names a blob by type, digest and size in bytes
/// (https://github.com/opencontainers/image-spec/blob/v1.1.1/descriptor.md).</summary>
public sealed record Descriptor(string MediaType, Digest Digest, long Size)
{
    /// <summary>Of a manifest that is no image, such as a referrer's.</summary>
    public string? ArtifactType { get; init; }

    public IReadOnlyDictionary<string, string>? Annotations { get; init; }

    /// <summary>What other tools say of it, such as a platform; carried along unread.</summary>
    [JsonExtensionData]
    public Dictionary<string, JsonElement>? Other { get; init; }
}
