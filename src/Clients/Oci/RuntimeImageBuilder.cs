namespace MultiAgentInfra.Clients.Oci;

/// <summary>Makes an image of an installed application, without a daemon. The same files yield the same digest.</summary>
/// <param name="records">Which folders are layers already, so that one that has not changed is neither compressed nor sent again.</param>
public sealed class RuntimeImageBuilder(IImageRegistry registry, LayerRecords? records = null)
{
    // npm's own notes: the first changes from run to run, the second is no part of the program.
    private static readonly HashSet<string> Excluded = ["node_modules/.package-lock.json", "node_modules/.cache"];

    private readonly TarLayerWriter _layers = new(registry, records);
    private readonly ImageStacker _stacker = new(registry);

    /// <summary>Packs a folder of package.json, package-lock.json, node_modules and start-agent.mjs as <c>/app</c>. The image is in
    /// <see cref="ImageNames.QuarantineRepository"/> without a tag, until <see cref="ImageMover"/> releases it.</summary>
    public async Task<Descriptor> BuildAsync(string appFolder, RuntimeImageSource source, CancellationToken cancellationToken)
    {
        var layer = await _layers.PackFolderAsync(ImageNames.QuarantineRepository, appFolder, "app", Excluded.Contains, cancellationToken);
        var labels = new SortedDictionary<string, string>(StringComparer.Ordinal)
        {
            [ImageNames.RuntimeKeyLabel] = source.RuntimeKey,
            [ImageNames.NodeVersionLabel] = source.NodeVersion,
        };
        if (source.Base is null)
            labels[ImageNames.LocalOnlyLabel] = "true";
        var additions = new ImageAdditions("npm ci --ignore-scripts", labels, RuntimeContainer.Configure);
        return await _stacker.StackAsync(ImageNames.QuarantineRepository, source.Base, LayerOnItsWay.Stored(layer), additions, cancellationToken);
    }
}
