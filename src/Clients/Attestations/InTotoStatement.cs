using System.Text.Json.Serialization;
using MultiAgentInfra.Clients.Oci;
using MultiAgentInfra.Core.Images;

namespace MultiAgentInfra.Clients.Attestations;

/// <summary>Something that is said of an image (https://github.com/in-toto/attestation/blob/main/spec/v1/statement.md).</summary>
internal sealed record InTotoStatement(
    [property: JsonPropertyName("_type")] string Type, IReadOnlyList<ResourceDescriptor> Subject, string PredicateType, object Predicate)
{
    public static byte[] Write(string name, Digest image, string predicateType, object predicate) =>
        OciJson.Write(new InTotoStatement("https://in-toto.io/Statement/v1", [ResourceDescriptor.Of(name, image)], predicateType, predicate));
}

/// <summary>Names a thing by its content (https://github.com/in-toto/attestation/blob/main/spec/v1/resource_descriptor.md).</summary>
public sealed record ResourceDescriptor(string Name, IReadOnlyDictionary<string, string> Digest)
{
    public string? Uri { get; init; }

    public static ResourceDescriptor Of(string name, Digest digest) => new(name, new Dictionary<string, string> { ["sha256"] = digest.Hex });
}
