using Microsoft.Extensions.Logging.Abstractions;
using MultiAgentInfra.Activities.Builds;
using MultiAgentInfra.Clients.Builds;
using MultiAgentInfra.Clients.Npm;
using MultiAgentInfra.Clients.Oci;
using MultiAgentInfra.Clients.Processes;
using MultiAgentInfra.Core.Deployments;
using MultiAgentInfra.Core.Operations;
using MultiAgentInfra.TestSupport;

namespace MultiAgentInfra.Activities.Tests;

public sealed class BuildCancellationTests
{
    private const string Key = "key";
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(20);

    [Fact]
    public async Task A_cancelled_installation_ends_npm_with_all_it_started_and_its_discard_leaves_no_folder()
    {
        using var store = await ActivityStore.CreateAsync(new FakeClock());
        var programs = Path.Combine(store.Data.Root, "programs");
        Directory.CreateDirectory(programs);
        var npmPath = Path.Combine(programs, "npm");
        await File.WriteAllTextAsync(npmPath, "#!/bin/sh\ntrap '' TERM\nmkdir node_modules\nsleep 600 &\necho $! > node_modules/child\nwait\n");
        File.SetUnixFileMode(npmPath, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        var npm = new NpmClient(
            new ProcessRunner(TimeProvider.System), store.Data.NpmCache, new Dictionary<string, string> { ["PATH"] = $"{programs}:/usr/bin:/bin" });
        var recorder = new StepRecorder(store.Operations, store.Lifetime, TimeProvider.System, NullLogger<StepRecorder>.Instance);
        var folder = new BuildFolder(store.Data);
        var builder = new HostRuntimeBuilder(npm, folder, new RuntimeImageBuilder(new OciLayout(store.Data.Registry, TimeProvider.System)), below: null);
        await store.LockFiles.AddAsync("{}", "{}", CancellationToken.None);

        var install = new InstallPackagesActivity(builder, store.LockFiles, new RuntimeKeys(builder, store.Images), store.Log, recorder)
            .RunAsync(new NoContext(), new InstallPackages(store.OperationId, Key, "{}", "FROM scratch"));
        var childFile = Path.Combine(folder.App(Key), "node_modules", "child");
        await Wait.UntilAsync("npm's child", Deadline, () => Task.FromResult(File.Exists(childFile) && File.ReadAllText(childFile).EndsWith('\n')));
        var child = ProcessIdentity.Read(int.Parse(await File.ReadAllTextAsync(childFile), System.Globalization.CultureInfo.InvariantCulture))!;
        Assert.True(child.IsAlive);
        await store.CancelAsync();

        await Assert.ThrowsAsync<OperationCanceledByRequestException>(() => install);
        Assert.False(child.IsAlive);
        Assert.Equal(StepStatus.Failed, (await store.StepAsync("install")).Status);
        await new DiscardBuildActivity(builder, recorder).RunAsync(new NoContext(), new DiscardBuild(store.OperationId, Key));
        await new DiscardBuildActivity(builder, recorder).RunAsync(new NoContext(), new DiscardBuild(store.OperationId, Key));
        Assert.Empty(Directory.GetFileSystemEntries(store.Data.Builds));
    }
}
