using MultiAgentInfra.Clients.Oci;
using MultiAgentInfra.Core.Images;

namespace MultiAgentInfra.Activities.Rollouts;

/// <summary>The files of an image in the registry, for a target that runs them without a container engine.</summary>
public sealed class ImageFiles(ImageReader reader, LayerUnpacker unpacker)
{
    public Task<ImageLayers> ReadLayersAsync(string repository, Digest image, CancellationToken cancellationToken) =>
        reader.ReadLayersAsync(new ImageReference(repository, image), cancellationToken);

    public Task UnpackAsync(string repository, Descriptor layer, string folder, CancellationToken cancellationToken)
    {
        // The unpacker renames a complete folder into place, so the place must be free.
        Directory.Delete(folder);
        return unpacker.UnpackAsync(repository, layer, folder, cancellationToken);
    }
}
