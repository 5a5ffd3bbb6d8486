using System.Runtime.InteropServices;
using MultiAgentInfra.Clients.Npm;

namespace MultiAgentInfra.Activities;

/// <summary>What a host-built runtime image depends on besides its packages: this machine's Node and architecture.</summary>
public sealed class RuntimePlatform(NpmClient npm)
{
    private Task<int>? _nodeMajorVersion;

    /// <summary>In npm's words, such as <c>linux-x64</c>.</summary>
    public static string Name { get; } = $"linux-{RuntimeInformation.OSArchitecture.ToString().ToLowerInvariant()}";

    public Task<int> GetNodeMajorVersionAsync(CancellationToken cancellationToken) =>
        _nodeMajorVersion is { IsFaulted: false, IsCanceled: false } known
            ? known
            : _nodeMajorVersion = npm.GetNodeMajorVersionAsync(cancellationToken);
}
