using MultiAgentInfra.Clients.Builds;
using MultiAgentInfra.Clients.Eliza;
using MultiAgentInfra.Clients.Sqlite;
using MultiAgentInfra.Core;
using MultiAgentInfra.Core.Characters;
using MultiAgentInfra.Core.Images;

namespace MultiAgentInfra.Activities.Builds;

/// <summary>The keys of what this control plane builds: of the claim before the packages are resolved, of the image after it.</summary>
public sealed class RuntimeKeys(IRuntimeBuilder builder, RuntimeImageStore images)
{
    /// <summary>The key under which operations agree on who builds the runtime image of the plugin set.</summary>
    public async Task<string> OfClaimAsync(PluginSet plugins, CancellationToken cancellationToken) =>
        (await MadeHereAsync(cancellationToken)).OfClaim(plugins);

    /// <summary>Decides the key of the image, and keeps it for the steps after this one.</summary>
    public async Task<RuntimeBuild> BeginAsync(string pluginSetKey, string lockFile, CancellationToken cancellationToken)
    {
        var build = new RuntimeBuild(pluginSetKey, (await MadeHereAsync(cancellationToken)).OfImage(lockFile));
        await images.SetRuntimeKeyAsync(pluginSetKey, build.RuntimeKey, cancellationToken);
        return build;
    }

    /// <summary>The build that has begun.</summary>
    public async Task<RuntimeBuild> RequireAsync(string pluginSetKey, CancellationToken cancellationToken) =>
        await images.GetRuntimeKeyAsync(pluginSetKey, cancellationToken) is { } key
            ? new(pluginSetKey, key)
            : throw new NonRetryableException("The build has no key: its packages were not installed by this release.");

    private async Task<RuntimeImageKey> MadeHereAsync(CancellationToken cancellationToken) =>
        new(await builder.GetOriginAsync(cancellationToken), ElizaLauncher.Digest);
}
