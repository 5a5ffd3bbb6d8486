using MultiAgentInfra.Clients.Attestations;
using MultiAgentInfra.Clients.Oci;
using MultiAgentInfra.Clients.Sqlite;
using MultiAgentInfra.Core;
using MultiAgentInfra.Core.Images;

namespace MultiAgentInfra.Activities.Rollouts;

/// <summary>The files of an image in the registry, for a target that runs them without a container engine.</summary>
public sealed class ImageFiles(ImageVerifier verifier, RuntimeImageStore runtimes, ImageReader reader, LayerUnpacker unpacker)
{
    /// <exception cref="NonRetryableException">The image must not be deployed: it is not signed by a trusted key, it is not what its digest
    /// says, or the runtime image below it was not released.</exception>
    public async Task<ImageLayers> ReadVerifiedLayersAsync(string repository, Digest image, CancellationToken cancellationToken)
    {
        var manifest = await verifier.VerifyAsync(repository, image, cancellationToken);
        var runtime = Digest.TryParse(manifest.Annotations?.GetValueOrDefault(ImageNames.RuntimeLabel), out var digest) ? digest : null;
        if (runtime is null || await runtimes.GetByDigestAsync(runtime, cancellationToken) is not { Verdict.Outcome: not ScanOutcome.Failed })
            throw new NonRetryableException($"The image {image} in {repository} is not deployed: the runtime image below it, {runtime?.Value ?? "of no name"}, was not released.");
        return await reader.ReadLayersAsync(new ImageReference(repository, image), cancellationToken);
    }

    public Task UnpackAsync(string repository, Descriptor layer, string folder, CancellationToken cancellationToken)
    {
        // The unpacker renames a complete folder into place, so the place must be free.
        Directory.Delete(folder);
        return unpacker.UnpackAsync(repository, layer, folder, cancellationToken);
    }
}
