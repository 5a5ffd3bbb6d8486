using System.Runtime.InteropServices;
using MultiAgentInfra.Core.Images;

namespace MultiAgentInfra.Clients.Oci;

/// <summary>Puts one layer on an image, or on nothing. The layers below are named and never read.</summary>
internal sealed class ImageStacker(OciLayout layout)
{
    public async Task<Descriptor> StackAsync(Digest? below, PackedLayer layer, ImageAdditions additions, CancellationToken cancellationToken)
    {
        var manifest = below is null ? null : await layout.GetManifestAsync(below, cancellationToken);
        var config = manifest is null ? Empty() : await layout.GetConfigAsync(manifest, cancellationToken);
        var stored = await layout.PutConfigAsync(Extend(config, layer, additions), cancellationToken);
        var stacked = new OciManifest(2, MediaTypes.Manifest, stored, [.. manifest?.Layers ?? [], layer.Blob])
        {
            Annotations = additions.Labels,
        };
        return await layout.PutManifestAsync(stacked, cancellationToken);
    }

    private static OciImageConfig Extend(OciImageConfig config, PackedLayer layer, ImageAdditions additions)
    {
        var container = additions.Configure(config.Config ?? new());
        var labels = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var (name, value) in (container.Labels ?? new Dictionary<string, string>()).Concat(additions.Labels))
            labels[name] = value;
        return config with
        {
            Created = DateTimeOffset.UnixEpoch,
            Rootfs = new("layers", [.. config.Rootfs.DiffIds, layer.DiffId]),
            History = [.. config.History ?? [], new(additions.History) { Created = DateTimeOffset.UnixEpoch }],
            Config = container with { Labels = labels },
        };
    }

    private static OciImageConfig Empty() => new(ArchitectureName(RuntimeInformation.OSArchitecture), "linux", new("layers", []));

    // The names are Go's: https://go.dev/doc/install/source#environment
    private static string ArchitectureName(Architecture architecture) => architecture switch
    {
        Architecture.X64 => "amd64",
        Architecture.Arm64 => "arm64",
        _ => throw new PlatformNotSupportedException($"Images are built for amd64 and arm64, not for {architecture}."),
    };
}

/// <summary>What a new layer changes in the image beside its files.</summary>
internal sealed record ImageAdditions(string History, SortedDictionary<string, string> Labels, Func<ContainerConfig, ContainerConfig> Configure);
