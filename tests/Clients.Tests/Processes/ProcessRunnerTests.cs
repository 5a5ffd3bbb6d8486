using MultiAgentInfra.Clients.Processes;

namespace MultiAgentInfra.Clients.Tests.Processes;

public sealed class ProcessRunnerTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("runner-");
    private readonly ProcessRunner _runner = new(TimeProvider.System);

    [Fact]
    public async Task The_exit_code_and_both_outputs_are_returned()
    {
        var lines = new List<string>();
        var result = await _runner.RunAsync(Shell("echo one; printf 'två\\nthree'; echo bad >&2; exit 7"), lines.Add, Deadline());
        Assert.Equal(new ProcessResult(7, "one\ntvå\nthree", "bad\n"), result);
        Assert.Equal(["bad", "one", "three", "två"], lines.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Nothing_of_the_parents_environment_reaches_the_child()
    {
        var result = await _runner.RunAsync(Command("env", []), null, Deadline());
        var names = result.StdOut.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split('=')[0]);
        // The shell between may tell the child where it is; nothing else is added.
        Assert.Equal(["ONLY", "PATH"], names.Except(["PWD", "OLDPWD", "SHLVL", "_"]).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_command_that_does_not_exist_is_named_in_the_error_output()
    {
        var result = await _runner.RunAsync(Command("no-such-command", []), null, Deadline());
        Assert.Equal(127, result.ExitCode);
        Assert.Contains("no-such-command", result.StdErrTail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_child_that_writes_too_much_is_ended()
    {
        var command = Shell("while :; do echo 0123456789; done") with { OutputLimitBytes = 1000 };
        await Assert.ThrowsAsync<OutputLimitException>(() => _runner.RunAsync(command, null, Deadline()));
    }

    [Fact]
    public async Task Cancellation_ends_the_whole_group_even_one_that_ignores_signals()
    {
        using var cancel = CancellationTokenSource.CreateLinkedTokenSource(Deadline());
        var pids = new List<int>();
        void OnLine(string line)
        {
            pids.Add(int.Parse(line, System.Globalization.CultureInfo.InvariantCulture));
            if (pids.Count == 2)
                cancel.Cancel();
        }

        var command = Shell("trap '' TERM; sleep 600 & echo $!; echo $$; wait") with { PidFile = PidPath };
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => _runner.RunAsync(command, OnLine, cancel.Token));
        Assert.Equal(2, pids.Count);
        Assert.All(pids, pid => Assert.Null(ProcessIdentity.Read(pid)));
        Assert.False(File.Exists(PidPath));
    }

    [Fact]
    public async Task A_grandchild_that_outlives_its_parent_is_ended_with_it()
    {
        var result = await _runner.RunAsync(Shell("sleep 600 & echo $!"), null, Deadline());
        Assert.Null(ProcessIdentity.Read(int.Parse(result.StdOut, System.Globalization.CultureInfo.InvariantCulture)));
    }

    [Fact]
    public async Task What_an_earlier_life_left_running_is_ended_by_its_record()
    {
        // The run that is never awaited stands for the one that died with its control plane: only the record tells of it.
        using var never = CancellationTokenSource.CreateLinkedTokenSource(Deadline());
        var first = _runner.RunAsync(Shell("sleep 600 & echo $!; wait") with { PidFile = PidPath }, null, never.Token);
        var record = await Eventually.GetAsync(() => PidFile.Read(PidPath), Deadline());
        Assert.True(record.Identity.IsAlive);

        await new ProcessRunner(TimeProvider.System).KillRecordedAsync(PidPath);

        Assert.False(ProcessGroup.IsAlive(record.Identity));
        Assert.False(File.Exists(PidPath));
        Assert.Equal(137, (await first).ExitCode);
    }

    [Fact]
    public async Task A_record_whose_number_now_belongs_to_another_process_ends_nothing()
    {
        var self = ProcessIdentity.Read(Environment.ProcessId)!;
        var boot = await File.ReadAllTextAsync("/proc/sys/kernel/random/boot_id", Deadline());
        await File.WriteAllTextAsync(PidPath, $"{self.Pid} {self.StartTime + 1} {boot.Trim()}\n\n", Deadline());
        await _runner.KillRecordedAsync(PidPath);
        await File.WriteAllTextAsync(PidPath, $"{self.Pid} {self.StartTime} another-boot\n\n", Deadline());
        await _runner.KillRecordedAsync(PidPath);
        Assert.True(self.IsAlive);
        Assert.False(File.Exists(PidPath));
    }

    public void Dispose() => _folder.Delete(recursive: true);

    private string PidPath => Path.Combine(_folder.FullName, "pid");

    private static CancellationToken Deadline() => TestDeadline.Token();

    private ProcessCommand Shell(string script) => Command("/bin/sh", ["-c", script]);

    private ProcessCommand Command(string fileName, string[] arguments) => new()
    {
        FileName = fileName,
        Arguments = arguments,
        WorkingDirectory = _folder.FullName,
        Environment = new Dictionary<string, string> { ["PATH"] = "/usr/bin:/bin", ["ONLY"] = "this" },
    };
}
