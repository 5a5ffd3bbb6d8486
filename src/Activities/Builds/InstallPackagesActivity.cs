using MultiAgentInfra.Clients.Builds;
using MultiAgentInfra.Clients.Sqlite;
using MultiAgentInfra.Core.Deployments;

namespace MultiAgentInfra.Activities.Builds;

/// <summary>Installs the locked packages without running their scripts.</summary>
[DurableTask(nameof(InstallPackages))]
public sealed class InstallPackagesActivity(IRuntimeBuilder builder, LockFileStore lockFiles, RuntimeKeys keys, BuildLog logs, StepRecorder recorder)
    : StepActivity<InstallPackages, Done>(recorder)
{
    protected override async Task<StepResult<Done>> RunStepAsync(InstallPackages input, CancellationToken cancellationToken)
    {
        var lockFile = await lockFiles.RequireAsync(input.PackageJson, cancellationToken);
        var build = await keys.BeginAsync(input.PluginSetKey, lockFile, cancellationToken);
        await using var log = await logs.OpenAsync(input, cancellationToken);
        await builder.InstallAsync(build, new(input.PackageJson, lockFile, input.Dockerfile), log.Write, cancellationToken);
        return Finished("Installed from the lock file, without install scripts.");
    }
}
