using MultiAgentInfra.Clients.Npm;
using MultiAgentInfra.Clients.Oci;
using MultiAgentInfra.Core.Images;

namespace MultiAgentInfra.Clients.Builds;

/// <summary>Builds with this machine's npm, and assembles the image without a daemon.</summary>
/// <param name="below">An image with Node.js in the same registry to stand on; null yields images for hosts that bring their own.</param>
public sealed class HostRuntimeBuilder(NpmClient npm, BuildFolder folder, RuntimeImageBuilder images, ImageReference? below) : IRuntimeBuilder
{
    public const string Name = "npm";

    private string? _nodeVersion;

    public async Task<RuntimeOrigin> GetOriginAsync(CancellationToken cancellationToken) =>
        new(Name, below?.Digest, BuildOptions.HostPlatform, await GetNodeVersionAsync(cancellationToken));

    public async Task InstallAsync(RuntimeBuild build, BuildContext context, Action<string> output, CancellationToken cancellationToken)
    {
        // First of all: what an interrupted build left running writes to the same folder.
        await npm.EndEarlierRunAsync(folder.Work(build.PluginSetKey));
        await folder.WriteAsync(build.PluginSetKey, context, cancellationToken);
        await npm.InstallAsync(folder.App(build.PluginSetKey), folder.Work(build.PluginSetKey), output, cancellationToken);
    }

    public async Task<Descriptor> AssembleAsync(RuntimeBuild build, Action<string> output, CancellationToken cancellationToken)
    {
        var source = new RuntimeImageSource(build.RuntimeKey, await GetNodeVersionAsync(cancellationToken), below);
        return await images.BuildAsync(folder.App(build.PluginSetKey), source, cancellationToken);
    }

    public async Task DiscardAsync(string pluginSetKey, CancellationToken cancellationToken)
    {
        await npm.EndEarlierRunAsync(folder.Work(pluginSetKey));
        folder.Remove(pluginSetKey);
    }

    // Asked once, because another Node needs a restart anyway.
    private async Task<string> GetNodeVersionAsync(CancellationToken cancellationToken) =>
        _nodeVersion ??= await npm.VersionAsync("node", cancellationToken);
}
