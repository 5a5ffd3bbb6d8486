using MultiAgentInfra.Core.Images;

namespace MultiAgentInfra.Clients.Oci;

/// <summary>A stored layer, and the digest of its uncompressed content as an image config lists it.</summary>
public sealed record PackedLayer(Descriptor Blob, Digest DiffId);
