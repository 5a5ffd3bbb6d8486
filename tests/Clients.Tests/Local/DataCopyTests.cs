using MultiAgentInfra.Clients.Local;
using MultiAgentInfra.Clients.Targets;
using MultiAgentInfra.Clients.Tests.Processes;

namespace MultiAgentInfra.Clients.Tests.Local;

/// <summary>What becomes of an agent's folder when another version of ElizaOS goes on with it, and when it comes back.</summary>
public sealed class DataCopyTests : IAsyncDisposable
{
    private const string Old = "1.7.2";
    private const string New = "1.8.0";

    private readonly AgentMachine _machine = new();
    private readonly LocalTarget _target;

    public DataCopyTests() => _target = _machine.NewTarget();

    [Fact]
    public async Task The_data_of_before_is_there_again_when_the_operation_goes_back()
    {
        var (first, second) = await UpdateAsync();

        var back = first with { Attempt = 2, OperationId = second.OperationId };
        var what = await PrepareAsync(back);

        Assert.Equal($"the runtime is there already; ElizaOS goes back from {New} to {Old}; the agent's data is again that of snapshot {SnapshotOf(first)}", what);
        Assert.Equal(Old, File.ReadAllText(Database(first)));
        Assert.Equal("/etc/passwd", new FileInfo(Path.Combine(_machine.DataOf(first.AgentId), "link")).LinkTarget);
        Assert.Equal(UnixFileMode.UserRead, File.GetUnixFileMode(Path.Combine(_machine.DataOf(first.AgentId), "key")));
        Assert.Equal(what, await PrepareAsync(back));
        await _machine.StartAsync(_target, "{}", back);
    }

    [Fact]
    public async Task Another_operation_that_goes_back_keeps_what_was_written_since_and_says_so()
    {
        var (first, _) = await UpdateAsync();

        var what = await PrepareAsync(Next(first) with { Revision = 3 });

        Assert.EndsWith($"what {New} has migrated stays so", what, StringComparison.Ordinal);
        Assert.Equal(New, File.ReadAllText(Database(first)));
        Assert.Equal(New, File.ReadAllText(Path.Combine(SnapshotOf(first), "data", "db")));
    }

    [Fact]
    public async Task The_same_version_copies_nothing()
    {
        var first = await RunAsync(_machine.NewLaunch() with { ElizaVersion = Old }, Old);

        Assert.Equal("the runtime is there already", await PrepareAsync(Next(first)));
        Assert.False(Directory.Exists(SnapshotOf(first)));
    }

    [Fact]
    public async Task Nothing_is_copied_while_the_agent_runs()
    {
        var first = await _machine.StartAsync(_target, "{}", _machine.NewLaunch() with { ElizaVersion = Old });

        await Assert.ThrowsAsync<InvalidOperationException>(() => PrepareAsync(Next(first) with { ElizaVersion = New }));
        Assert.False(Directory.Exists(SnapshotOf(first)));
    }

    [Fact]
    public async Task What_was_cut_off_is_done_again()
    {
        var (first, second) = await UpdateAsync();
        var data = _machine.DataOf(first.AgentId);
        Directory.Move(data, data + ".old");
        Directory.CreateDirectory(data + ".new");
        await File.WriteAllTextAsync(Path.Combine(data + ".new", "db"), Old);

        await PrepareAsync(first with { Attempt = 2, OperationId = second.OperationId });

        Assert.Equal(Old, File.ReadAllText(Database(first)));
        Assert.Equal(["data", "layer", "snapshot"], Directory.GetDirectories(Path.GetDirectoryName(data)!).Select(Path.GetFileName).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task The_copy_is_closed_to_the_agent_and_goes_with_it()
    {
        var (first, _) = await UpdateAsync();

        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(SnapshotOf(first)));
        await _target.RemoveAsync(first.AgentId, TestDeadline.Token());
        Assert.False(Directory.Exists(Path.GetDirectoryName(SnapshotOf(first))));
    }

    public async ValueTask DisposeAsync()
    {
        _target.Dispose();
        await _machine.DisposeAsync();
    }

    /// <summary>From the old version to the new one, which has written too.</summary>
    private async Task<(AgentLaunch First, AgentLaunch Second)> UpdateAsync()
    {
        var first = await RunAsync(_machine.NewLaunch() with { ElizaVersion = Old }, Old);
        var data = _machine.DataOf(first.AgentId);
        File.CreateSymbolicLink(Path.Combine(data, "link"), "/etc/passwd");
        await File.WriteAllTextAsync(Path.Combine(data, "key"), "k");
        File.SetUnixFileMode(Path.Combine(data, "key"), UnixFileMode.UserRead);
        var second = Next(first) with { ElizaVersion = New };
        Assert.EndsWith($"ElizaOS changes from {Old} to {New}; snapshot {SnapshotOf(first)} has the agent's data of before", await PrepareAsync(second), StringComparison.Ordinal);
        File.Delete(Path.Combine(data, "ready.json"));
        return (first, await RunAsync(second, New));
    }

    private static AgentLaunch Next(AgentLaunch launch) => launch with { Revision = launch.Revision + 1, OperationId = Guid.NewGuid() };

    private string Database(AgentLaunch launch) => Path.Combine(_machine.DataOf(launch.AgentId), "db");

    private string SnapshotOf(AgentLaunch launch) => Path.Combine(_machine.Options.AgentsFolder, launch.AgentId.ToString(), "snapshot");

    private async Task<string> PrepareAsync(AgentLaunch launch) =>
        (await _target.PrepareAsync(launch, new("agents", AgentMachine.UnpackStandInAsync, AgentMachine.Character("{}")), TestDeadline.Token())).What;

    /// <summary>Runs the agent, which migrates its database, and ends it.</summary>
    private async Task<AgentLaunch> RunAsync(AgentLaunch launch, string version)
    {
        await _machine.StartAsync(_target, "{}", launch);
        await File.WriteAllTextAsync(Database(launch), version);
        await _target.SignalStopAsync(launch.AgentId, kill: true);
        await AgentMachine.UntilExitedAsync(_target, launch.AgentId);
        return launch;
    }
}
