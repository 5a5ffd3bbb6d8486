using MultiAgentInfra.Clients.Npm;
using MultiAgentInfra.Clients.Sqlite;
using MultiAgentInfra.Core;
using MultiAgentInfra.Core.Deployments;

namespace MultiAgentInfra.Activities.Builds;

/// <summary>Installs the locked packages without running their scripts.</summary>
[DurableTask(nameof(InstallPackages))]
public sealed class InstallPackagesActivity(NpmClient npm, RuntimeImageStore images, BuildFolder folder, BuildLog logs, StepRecorder recorder)
    : StepActivity<InstallPackages, Done>(recorder)
{
    protected override async Task<StepResult<Done>> RunStepAsync(InstallPackages input, CancellationToken cancellationToken)
    {
        var lockFile = await images.GetLockFileAsync(input.PluginSetKey, cancellationToken)
            ?? throw new NonRetryableException("The plugin set has no lock file.");
        await folder.WriteAsync(input.PluginSetKey, input.PackageJson, lockFile, input.Dockerfile, cancellationToken);
        await using var log = await logs.OpenAsync(input, cancellationToken);
        await npm.InstallAsync(folder.App(input.PluginSetKey), folder.Work(input.PluginSetKey), log.Write, cancellationToken);
        return Finished("Installed from the lock file, without install scripts.");
    }
}
