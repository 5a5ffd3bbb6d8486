using MultiAgentInfra.Core.Images;

namespace MultiAgentInfra.Clients.Oci;

/// <summary>A stored layer, and the digest of its uncompressed content as an image config lists it.</summary>
public sealed record PackedLayer(Descriptor Blob, Digest DiffId);

/// <summary>A layer that is packed and on its way into its repository: whoever takes it waits for the blob.</summary>
internal sealed record LayerOnItsWay(Task<Descriptor> Blob, Digest DiffId)
{
    public static LayerOnItsWay Stored(PackedLayer layer) => new(Task.FromResult(layer.Blob), layer.DiffId);

    public async Task<PackedLayer> StoreAsync() => new(await Blob, DiffId);
}
