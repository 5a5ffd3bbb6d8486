using MultiAgentInfra.Clients.Builds;
using MultiAgentInfra.Clients.Npm;
using MultiAgentInfra.Clients.Sqlite;
using MultiAgentInfra.Core.Deployments;

namespace MultiAgentInfra.Activities.Builds;

/// <summary>Resolves the versions of every package once; the stored lock file keeps the image's key from drifting.</summary>
[DurableTask(nameof(ResolveLockFile))]
public sealed class ResolveLockFileActivity(NpmClient npm, LockFileStore lockFiles, BuildFolder folder, BuildLog logs, StepRecorder recorder)
    : StepActivity<ResolveLockFile, Done>(recorder)
{
    protected override async Task<StepResult<Done>> RunStepAsync(ResolveLockFile input, CancellationToken cancellationToken)
    {
        if (await lockFiles.FindAsync(input.PackageJson, cancellationToken) is not null)
            return Finished("The stored lock file is used.");
        await using var log = await logs.OpenAsync(input, cancellationToken);
        var lockFile = await npm.ResolveLockFileAsync(
            input.PackageJson, folder.Work(input.PluginSetKey), log.Write, cancellationToken);
        await lockFiles.AddAsync(input.PackageJson, lockFile, cancellationToken);
        return Finished("Resolved and stored.");
    }
}
