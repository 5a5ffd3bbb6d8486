using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using MultiAgentInfra.Core.Images;

namespace MultiAgentInfra.Clients.Oci;

/// <summary>Puts one layer on an image, or on nothing. The layers below are mounted and never read.</summary>
internal sealed class ImageStacker(IImageRegistry registry)
{
    private const int MostRemembered = 10_000;

    private readonly ImageReader _reader = new(registry);
    private readonly ConcurrentDictionary<(string Repository, ImageReference Below), bool> _mounted = new();

    /// <summary>The image is in the repository without a name.</summary>
    public async Task<Descriptor> StackAsync(
        string repository, ImageReference? below, LayerOnItsWay layer, ImageAdditions additions, CancellationToken cancellationToken)
    {
        var reading = ReadAsync(below, cancellationToken);
        var config = PutConfigAsync(repository, reading, layer.DiffId, additions, cancellationToken);
        await Task.WhenAll(config, layer.Blob);
        var content = await reading;
        var lower = content?.Manifest.Layers.Select(l => l with { MediaType = MediaTypes.ToOciLayer(l.MediaType) }) ?? [];
        var stacked = new OciManifest(2, MediaTypes.Manifest, await config, [.. lower, await layer.Blob]) { Annotations = additions.Labels };
        var isMountedNow = below is not null && await MountAsync(repository, below, content!, cancellationToken);
        try
        {
            return await PutAsync(repository, stacked, cancellationToken);
        }
        catch (Exception exception) when (below is not null && !isMountedNow && exception is ApiException or FileNotFoundException)
        {
            // The registry may have removed since then what was mounted once.
            _mounted.TryRemove((repository, below), out _);
            await MountAsync(repository, below, content!, cancellationToken);
            return await PutAsync(repository, stacked, cancellationToken);
        }
    }

    private async Task<ImageContent?> ReadAsync(ImageReference? below, CancellationToken cancellationToken) =>
        below is null ? null : await _reader.ReadAsync(below, cancellationToken);

    private async Task<Descriptor> PutConfigAsync(
        string repository, Task<ImageContent?> below, Digest diffId, ImageAdditions additions, CancellationToken cancellationToken)
    {
        var config = Extend((await below)?.Config ?? Empty(), diffId, additions);
        return await registry.PutBlobAsync(repository, OciJson.Write(config), MediaTypes.Config, cancellationToken);
    }

    private Task<Descriptor> PutAsync(string repository, OciManifest manifest, CancellationToken cancellationToken) =>
        registry.PutManifestAsync(repository, OciJson.Write(manifest), MediaTypes.Manifest, null, cancellationToken);

    /// <summary>False when that was done before: an owner's agents share a runtime.</summary>
    private async Task<bool> MountAsync(string repository, ImageReference below, ImageContent content, CancellationToken cancellationToken)
    {
        if (repository == below.Repository || _mounted.ContainsKey((repository, below)))
            return false;
        await Task.WhenAll(content.Manifest.Layers.DistinctBy(l => l.Digest)
            .Select(layer => registry.MountBlobAsync(repository, layer, below.Repository, cancellationToken)));
        if (_mounted.Count >= MostRemembered)
            _mounted.Clear();
        return _mounted[(repository, below)] = true;
    }

    private static OciImageConfig Extend(OciImageConfig config, Digest diffId, ImageAdditions additions)
    {
        var container = additions.Configure(config.Config ?? new());
        var labels = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var (name, value) in (container.Labels ?? new Dictionary<string, string>()).Concat(additions.Labels))
            labels[name] = value;
        return config with
        {
            Created = DateTimeOffset.UnixEpoch,
            Rootfs = new("layers", [.. config.Rootfs.DiffIds, diffId]),
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
