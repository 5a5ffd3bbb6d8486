using FsCheck;
using FsCheck.Fluent;
using MultiAgentInfra.EmbeddedRuntime.Engine;

namespace MultiAgentInfra.EmbeddedRuntime.Tests.Durable;

/// <summary>What a witness makes of the end of its child, and the small texts that it leaves.</summary>
public sealed class ProcessDeathCases
{
    [Theory]
    [InlineData(134, "signal SIGABRT")]
    [InlineData(139, "signal SIGSEGV")]
    [InlineData(135, "signal SIGBUS")]
    [InlineData(136, "signal SIGFPE")]
    [InlineData(132, "signal SIGILL")]
    [InlineData(133, "signal SIGTRAP")]
    [InlineData(159, "signal SIGSYS")]
    [InlineData(0, "an exit with code 0")]
    [InlineData(3, "an exit with code 3")]
    [InlineData(255, "an exit with code 255")]
    public void A_fault_and_an_exit_in_the_middle_of_work_have_a_cause_inside(int exitCode, string cause) =>
        Assert.Equal(cause, ProcessDeath.CauseOf(exitCode, ranOutOfMemory: false, wasAtWork: true));

    [Theory]
    [InlineData(128 + 1)]
    [InlineData(128 + 2)]
    [InlineData(128 + 3)]
    [InlineData(128 + 9)]
    [InlineData(128 + 10)]
    [InlineData(128 + 15)]
    [InlineData(128 + 24)]
    public void A_signal_that_others_send_has_none(int exitCode) =>
        Assert.Null(ProcessDeath.CauseOf(exitCode, ranOutOfMemory: false, wasAtWork: true));

    [Fact]
    public void An_exit_after_the_engine_has_ended_has_none() => Assert.Null(ProcessDeath.CauseOf(1, ranOutOfMemory: false, wasAtWork: false));

    [Fact]
    public void A_kill_for_memory_has_one() =>
        Assert.Equal("signal SIGKILL for lack of memory", ProcessDeath.CauseOf(137, ranOutOfMemory: true, wasAtWork: true));

    [Theory]
    [InlineData("low 0\nhigh 0\nmax 12\noom 3\noom_kill 2\noom_group_kill 1\n", 2)]
    [InlineData("pgfault 12\noom_kill 41\nnuma_hit 7\n", 41)]
    [InlineData("", 0)]
    [InlineData("oom_kill many\n", 0)]
    public void The_kernels_count_is_read(string text, long count) => Assert.Equal(count, OutOfMemoryKills.Parse(text));

    [Fact]
    public void A_death_note_is_read_as_it_was_written()
    {
        var folder = Directory.CreateTempSubdirectory("durable-note-");
        var databasePath = Path.Combine(folder.FullName, "engine.db");
        Assert.Null(DeathNote.Read(databasePath));
        new DeathNote(-42, "signal SIGABRT").Write(databasePath);
        Assert.Equal(new DeathNote(-42, "signal SIGABRT"), DeathNote.Read(databasePath));
        DeathNote.Delete(databasePath);
        Assert.Null(DeathNote.Read(databasePath));
        folder.Delete(recursive: true);
    }

    [Theory]
    [InlineData("")]
    [InlineData("12")]
    [InlineData("12\nsignal SIGABRT")]
    [InlineData("x\nsignal SIGABRT\n")]
    [InlineData("12\n\n")]
    public void Half_a_death_note_is_none(string text) => Assert.Null(DeathNote.Parse(text));

    [Fact]
    public void No_text_breaks_the_readers() => Check.One(Config.QuickThrowOnFailure.WithMaxTest(2_000), Prop.ForAll<string>(text =>
    {
        Assert.Null(DeathNote.Parse((text ?? "").Replace("\n", " ", StringComparison.Ordinal)));
        Assert.True(WitnessedProcess.Parse(text ?? "") is null or { Pid: >= 0 });
    }));

    [Fact]
    public void A_process_is_known_by_its_number_and_start()
    {
        var folder = Directory.CreateTempSubdirectory("durable-witness-");
        var databasePath = Path.Combine(folder.FullName, "engine.db");
        WitnessedProcess.Announce(databasePath, witness: 1);
        var announced = WitnessedProcess.Read(databasePath)!;
        Assert.Equal(Environment.ProcessId, announced.Pid);
        Assert.True(announced.IsAlive);
        Assert.False((announced with { StartTime = announced.StartTime + 1 }).IsAlive);
        folder.Delete(recursive: true);
    }
}
