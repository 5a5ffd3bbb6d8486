using MultiAgentInfra.Clients.Local;
using MultiAgentInfra.Clients.Processes;
using MultiAgentInfra.Clients.Targets;
using MultiAgentInfra.Clients.Tests.Processes;
using MultiAgentInfra.Core.Images;

namespace MultiAgentInfra.Clients.Tests.Local;

public sealed class LocalTargetTests : IAsyncDisposable
{
    private static readonly Dictionary<string, string> NoVariables = [];

    private readonly AgentMachine _machine = new();
    private readonly LocalTarget _target;

    public LocalTargetTests() => _target = _machine.NewTarget();

    [Fact]
    public async Task An_agent_is_found_running_by_the_next_life_of_the_control_plane()
    {
        var launch = await _machine.StartAsync(_target, """{"onTerm":"exit"}""");
        using var next = _machine.NewTarget();

        var running = Assert.IsType<AgentState.RunningProcess>(await next.InspectAsync(launch.AgentId));
        Assert.Equal((launch, launch.Port), (running.Launch, running.Port));
        await next.SignalStopAsync(launch.AgentId, kill: false);
        Assert.True((await AgentMachine.UntilExitedAsync(next, launch.AgentId)).Clean);
    }

    [Fact]
    public async Task An_agent_has_a_session_of_its_own_and_holds_nothing_of_its_starter()
    {
        var launch = await _machine.StartAsync(_target, "{}");
        var running = Assert.IsType<AgentState.RunningProcess>(await _target.InspectAsync(launch.AgentId));

        Assert.Equal(running.Leader.Pid, ProcessStat.Read(running.Leader.Pid)!.Session);
        var handles = Directory.GetFiles($"/proc/{running.Leader.Pid}/fd").ToDictionary(
            path => Path.GetFileName(path), path => Path.GetFileName(new FileInfo(path).LinkTarget));
        Assert.Equal(
            new Dictionary<string, string?> { ["0"] = "null", ["1"] = "agent.log", ["2"] = "agent.log", ["9"] = "lock" }.OrderBy(pair => pair.Key),
            handles.OrderBy(pair => pair.Key));
    }

    [Fact]
    public async Task A_second_start_of_the_same_launch_does_nothing()
    {
        var launch = await _machine.StartAsync(_target, "{}");
        var first = await _target.InspectAsync(launch.AgentId);
        using var next = _machine.NewTarget();
        await next.StartAsync(launch.AgentId, AgentMachine.Secrets, NoVariables, TestDeadline.Token());
        Assert.Equal(first, await next.InspectAsync(launch.AgentId));
    }

    [Fact]
    public async Task Starts_at_the_same_time_make_one_process()
    {
        var launch = await _machine.PrepareAsync(_target, "{}");
        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ =>
            _target.StartAsync(launch.AgentId, AgentMachine.Secrets, NoVariables, TestDeadline.Token())));
        Assert.IsType<AgentState.RunningProcess>(await _target.InspectAsync(launch.AgentId));
        var marker = launch.AgentId.ToString();
        Assert.Single(ProcessStat.All(), stat => stat.Pid == stat.Session && !stat.IsGone && CommandLine(stat.Pid).Contains(marker, StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_next_attempt_cannot_start_before_the_last_is_gone()
    {
        var launch = await _machine.StartAsync(_target, """{"onTerm":"exit"}""");
        var next = await _machine.PrepareAsync(_target, "{}", _machine.NewLaunch(attempt: 2, launch.AgentId));

        var running = Assert.IsType<AgentState.RunningProcess>(await _target.InspectAsync(launch.AgentId));
        Assert.Equal(launch, running.Launch);
        var error = await Assert.ThrowsAsync<InvalidOperationException>(() =>
            _target.StartAsync(launch.AgentId, AgentMachine.Secrets, NoVariables, TestDeadline.Token()));
        Assert.Contains("still runs revision 1, attempt 1", error.Message, StringComparison.Ordinal);

        await _target.SignalStopAsync(launch.AgentId, kill: false);
        await ProcessGroup.WaitUntilGoneAsync(running.Leader, TimeProvider.System, TestDeadline.Token());
        Assert.Equal(new AgentState.NotStarted(next), await _target.InspectAsync(launch.AgentId));
        await _target.StartAsync(launch.AgentId, AgentMachine.Secrets, NoVariables, TestDeadline.Token());
        Assert.Equal(2, Assert.IsType<AgentState.RunningProcess>(await _target.InspectAsync(launch.AgentId)).Launch.Attempt);
    }

    [Fact]
    public async Task An_agent_whose_data_is_locked_does_not_start()
    {
        var launch = await _machine.PrepareAsync(_target, "{}");
        var path = Path.Combine(_machine.Options.AgentsFolder, launch.AgentId.ToString(), "lock");
        using (File.OpenHandle(path, FileMode.Create, FileAccess.ReadWrite, FileShare.None))
        {
            var error = await Assert.ThrowsAsync<InvalidOperationException>(() =>
                _target.StartAsync(launch.AgentId, AgentMachine.Secrets, NoVariables, TestDeadline.Token()));
            Assert.Contains("locked by another process", error.Message, StringComparison.Ordinal);
        }
        Assert.IsType<AgentState.NotStarted>(await _target.InspectAsync(launch.AgentId));
    }

    [Fact]
    public async Task A_stubborn_agent_ignores_the_request_and_dies_of_the_kill()
    {
        var launch = await _machine.StartAsync(_target, """{"onTerm":"ignore"}""");
        await _target.SignalStopAsync(launch.AgentId, kill: false);
        Assert.IsType<AgentState.RunningProcess>(await _target.InspectAsync(launch.AgentId));
        await _target.SignalStopAsync(launch.AgentId, kill: true);
        var exited = await AgentMachine.UntilExitedAsync(_target, launch.AgentId);
        Assert.Null(exited.Code);
        Assert.False(exited.Clean);
    }

    [Theory]
    [InlineData(0, true)]
    [InlineData(3, false)]
    [InlineData(143, true)]
    public async Task The_exit_code_is_known_however_soon_the_agent_ended(int code, bool clean)
    {
        var launch = await _machine.PrepareAsync(_target, $$"""{"exit":{{code}}}""");
        await _target.StartAsync(launch.AgentId, AgentMachine.Secrets, NoVariables, TestDeadline.Token());
        var exited = await AgentMachine.UntilExitedAsync(_target, launch.AgentId);
        Assert.Equal((code, clean), (exited.Code, exited.Clean));
    }

    [Fact]
    public async Task An_agent_without_a_handler_ends_of_the_request_with_143()
    {
        var launch = await _machine.StartAsync(_target, "{}");
        await _target.SignalStopAsync(launch.AgentId, kill: false);
        Assert.Equal(143, (await AgentMachine.UntilExitedAsync(_target, launch.AgentId)).Code);
    }

    [Fact]
    public async Task A_record_of_an_earlier_boot_or_of_a_reused_number_is_no_running_agent()
    {
        var launch = await _machine.StartAsync(_target, "{}");
        await _target.SignalStopAsync(launch.AgentId, kill: true);
        await AgentMachine.UntilExitedAsync(_target, launch.AgentId);
        var path = Path.Combine(_machine.Options.AgentsFolder, launch.AgentId.ToString(), "pid");
        var lines = await File.ReadAllLinesAsync(path, TestDeadline.Token());
        var self = ProcessIdentity.Read(Environment.ProcessId)!;
        foreach (var identity in (string[])[$"{self.Pid} {self.StartTime} other-boot", $"{self.Pid} {self.StartTime - 1} {lines[0].Split(' ')[2]}"])
        {
            await File.WriteAllLinesAsync(path, [identity, lines[1]], TestDeadline.Token());
            Assert.Null(Assert.IsType<AgentState.Exited>(await _target.InspectAsync(launch.AgentId)).Code);
            await _target.SignalStopAsync(launch.AgentId, kill: true);
        }
        Assert.True(self.IsAlive);
    }

    [Fact]
    public async Task Removal_waits_for_the_end_and_leaves_nothing()
    {
        var launch = await _machine.StartAsync(_target, "{}");
        await Assert.ThrowsAsync<InvalidOperationException>(() => _target.RemoveAsync(launch.AgentId));
        await _target.SignalStopAsync(launch.AgentId, kill: true);
        await AgentMachine.UntilExitedAsync(_target, launch.AgentId);

        await _target.RemoveTemplateAsync(launch.AgentId);
        Assert.IsType<AgentState.NotPrepared>(await _target.InspectAsync(launch.AgentId));
        Assert.True(Directory.Exists(_machine.DataOf(launch.AgentId)));
        await _target.RemoveAsync(launch.AgentId);
        await _target.RemoveAsync(launch.AgentId);
        await _target.RemoveTemplateAsync(launch.AgentId);
        Assert.Empty(Directory.GetFileSystemEntries(_machine.Options.AgentsFolder));
        Assert.Equal([launch.RuntimeLayer.Hex], Directory.GetDirectories(_machine.Options.RuntimesFolder).Select(Path.GetFileName));
    }

    [Fact]
    public async Task A_runtime_layer_is_unpacked_once_and_a_failed_unpacking_leaves_nothing()
    {
        var count = 0;
        Task Fails(string folder, CancellationToken cancellationToken) => throw new IOException("disk full");
        async Task Counts(string folder, CancellationToken cancellationToken)
        {
            Interlocked.Increment(ref count);
            await AgentMachine.UnpackStandInAsync(folder, cancellationToken);
        }

        var character = AgentMachine.Character("{}");
        await Assert.ThrowsAsync<IOException>(() => _target.PrepareAsync(_machine.NewLaunch(), new("agents", Fails, character), TestDeadline.Token()));
        Assert.Empty(Directory.GetDirectories(_machine.Options.RuntimesFolder));

        using var other = _machine.NewTarget();
        await Task.WhenAll(((LocalTarget[])[_target, other, _target, other]).Select(target =>
            target.PrepareAsync(_machine.NewLaunch(), new("agents", Counts, character), TestDeadline.Token())));
        Assert.Equal(1, count);
        Assert.Equal([Digest.Of("runtime"u8).Hex], Directory.GetDirectories(_machine.Options.RuntimesFolder).Select(Path.GetFileName));
    }

    [Fact]
    public async Task What_is_not_prepared_does_not_start()
    {
        var agentId = Guid.NewGuid();
        Assert.IsType<AgentState.NotPrepared>(await _target.InspectAsync(agentId));
        await Assert.ThrowsAsync<InvalidOperationException>(() => _target.StartAsync(agentId, AgentMachine.Secrets, NoVariables, TestDeadline.Token()));
        await _target.SignalStopAsync(agentId, kill: true);
        Assert.Equal(new LogPage([], 0), await _target.ReadLogAsync(agentId, 0, 1000) with { Lines = [] });
    }

    public async ValueTask DisposeAsync()
    {
        _target.Dispose();
        await _machine.DisposeAsync();
    }

    internal static string CommandLine(int pid)
    {
        try
        {
            return File.ReadAllText($"/proc/{pid}/cmdline");
        }
        catch (IOException)
        {
            return "";
        }
    }
}
