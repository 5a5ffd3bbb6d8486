using MultiAgentInfra.Clients.Oci;
using MultiAgentInfra.Core.Images;

namespace MultiAgentInfra.Clients.Builds;

/// <summary>Makes runtime images. Each step may run again after a crash, so its effect is keyed by the build; the store's claim sees to it
/// that no two operations build one key at the same time. What the packages are at fault for is a
/// <see cref="Core.NonRetryableException"/>; everything else may pass.</summary>
public interface IRuntimeBuilder
{
    /// <summary>What an image of this builder depends on besides its packages; the same for the life of the process.</summary>
    Task<RuntimeOrigin> GetOriginAsync(CancellationToken cancellationToken);

    /// <summary>Installs the locked packages, from nothing or from a cache, without running their scripts.</summary>
    /// <param name="output">Gets each line of the build as it comes.</param>
    Task InstallAsync(RuntimeBuild build, BuildContext context, Action<string> output, CancellationToken cancellationToken);

    /// <summary>Puts what was installed into the registry's quarantine, as an image.</summary>
    /// <param name="output">Gets each line of the build as it comes.</param>
    Task<Descriptor> AssembleAsync(RuntimeBuild build, Action<string> output, CancellationToken cancellationToken);

    /// <summary>Ends what a build left running and removes what it left behind, outside of the registry; nothing is no error.</summary>
    Task DiscardAsync(string pluginSetKey, CancellationToken cancellationToken);
}
