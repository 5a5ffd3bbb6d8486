using MultiAgentInfra.Clients.Builds;
using MultiAgentInfra.Clients.Sqlite;
using MultiAgentInfra.Core;
using MultiAgentInfra.Core.Images;

namespace MultiAgentInfra.Clients.Oci;

/// <summary>Gives images their places and names in the registry, and keeps record of them. Safe to repeat.</summary>
public sealed class RecordedImages(ImageStore images, IImageRegistry registry, ImageReader reader, ImageMover mover)
{
    /// <summary>Keeps record of an image that a builder has put into quarantine.</summary>
    public async Task RecordQuarantinedAsync(RuntimeBuild build, Digest image, CancellationToken cancellationToken) => await images.RecordAsync(
        new(ImageNames.QuarantineRepository, image, ImageKind.Quarantined, null, await SizeAsync(ImageNames.QuarantineRepository, image, cancellationToken), RuntimeKey: build.RuntimeKey),
        cancellationToken);

    /// <summary>The image of that key in quarantine, from a build that was interrupted after it; null when there is none that is whole and bears the key.</summary>
    public async Task<Descriptor?> FindQuarantinedAsync(RuntimeBuild build, CancellationToken cancellationToken)
    {
        if (await images.FindQuarantinedAsync(build.RuntimeKey, cancellationToken) is not { } digest)
            return null;
        var place = new ImageReference(ImageNames.QuarantineRepository, digest);
        if (!await reader.HasImageAsync(place, cancellationToken))
            return null;
        var labels = (await reader.ReadAsync(place, cancellationToken)).Config.Config?.Labels;
        return labels?.GetValueOrDefault(ImageNames.RuntimeKeyLabel) == build.RuntimeKey
            ? await registry.ResolveAsync(place.Repository, digest.Value, cancellationToken)
            : null;
    }

    /// <summary>Lets an image out of quarantine, under its key.</summary>
    /// <returns>The name that it has from now on.</returns>
    public async Task<string> ReleaseAsync(Digest image, CancellationToken cancellationToken)
    {
        var key = await images.GetRuntimeKeyAsync(image, cancellationToken)
            ?? throw new NonRetryableException($"The image {image} is not on record: it was not built by this release.");
        await mover.MoveAsync(new(ImageNames.QuarantineRepository, image), ImageNames.RuntimeRepository, key, cancellationToken);
        var size = await SizeAsync(ImageNames.RuntimeRepository, image, cancellationToken);
        await images.RecordAsync(new(ImageNames.RuntimeRepository, image, ImageKind.Runtime, key, size, RuntimeKey: key), cancellationToken);
        return ImageNames.Reference(ImageNames.RuntimeRepository, key);
    }

    /// <summary>Names the image of an agent's revision.</summary>
    /// <returns>The name that it has from now on.</returns>
    public async Task<string> NameAsync(Guid organizationId, Guid agentId, int revision, Digest image, CancellationToken cancellationToken)
    {
        var (repository, tag) = (ImageNames.AgentRepository(organizationId), ImageNames.AgentTag(agentId, revision));
        var manifest = await registry.GetManifestAsync(repository, image, cancellationToken);
        var runtime = manifest.ReadImage().Annotations?.GetValueOrDefault(ImageNames.RuntimeLabel);
        // First, so that nothing has a name in the registry that housekeeping does not know of.
        await images.RecordAsync(
            new(repository, image, ImageKind.Agent, tag, SizeOf(manifest), runtime is null ? null : Digest.Parse(runtime), null, organizationId, agentId, revision),
            cancellationToken);
        await mover.MoveAsync(new(repository, image), repository, tag, cancellationToken);
        return ImageNames.Reference(repository, tag);
    }

    private async Task<long> SizeAsync(string repository, Digest image, CancellationToken cancellationToken) =>
        SizeOf(await registry.GetManifestAsync(repository, image, cancellationToken));

    private static long SizeOf(StoredManifest manifest) => manifest.Descriptor.Size + manifest.ReadParts().Sum(part => part.Size);
}
