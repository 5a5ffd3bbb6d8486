using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using MultiAgentInfra.Clients.Eliza;
using MultiAgentInfra.Clients.Npm;
using MultiAgentInfra.Core.Images;

namespace MultiAgentInfra.Activities;

/// <summary>What a host-built runtime image depends on besides its packages: this machine's Node and architecture.</summary>
public sealed class RuntimePlatform(NpmClient npm)
{
    private string? _nodeVersion;

    /// <summary>In npm's words, such as <c>linux-x64</c>.</summary>
    public static string Name { get; } = $"linux-{RuntimeInformation.OSArchitecture.ToString().ToLowerInvariant()}";

    /// <summary>The script that goes into each image: without it in the key, a newer release would go on with the old one.</summary>
    public static Digest Launcher { get; } = Digest.Of(Encoding.UTF8.GetBytes(ElizaLauncher.Text));

    /// <summary>Such as <c>20.20.2</c>; asked once, because another Node needs a restart anyway.</summary>
    public async Task<string> GetNodeVersionAsync(CancellationToken cancellationToken) =>
        _nodeVersion ??= await npm.VersionAsync("node", cancellationToken);

    public async Task<int> GetNodeMajorVersionAsync(CancellationToken cancellationToken) =>
        int.Parse((await GetNodeVersionAsync(cancellationToken)).Split('.')[0], CultureInfo.InvariantCulture);
}
