using MultiAgentInfra.Clients.Builds;
using MultiAgentInfra.Clients.Npm;
using MultiAgentInfra.Clients.Sqlite;

namespace MultiAgentInfra.Activities.Builds;

/// <summary>What a runtime image is made of: the packages of its lock file, wherever they are installed.</summary>
public sealed class RuntimeComponents(NpmClient npm, LockFileStore lockFiles, IRuntimeBuilder builder, BuildFolder folder)
{
    /// <returns>CycloneDX as JSON.</returns>
    public async Task<byte[]> ListAsync(string pluginSetKey, string packageJson, CancellationToken cancellationToken)
    {
        var lockFile = await lockFiles.RequireAsync(packageJson, cancellationToken);
        var platform = (await builder.GetOriginAsync(cancellationToken)).Platform;
        return await npm.ListComponentsAsync(packageJson, lockFile, platform, folder.Work(pluginSetKey), cancellationToken);
    }
}
