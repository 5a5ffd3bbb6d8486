using Microsoft.Extensions.DependencyInjection;
using MultiAgentInfra.EmbeddedRuntime.Engine;

namespace MultiAgentInfra.EmbeddedRuntime.Tests.Durable;

/// <summary>Turns as suspects; the first mark is written by hand, because a worker's turn in this process cannot be ended in its middle.</summary>
public abstract class SuspectTurnCases(int cached) : IDisposable
{
    private static readonly WorkId FirstTurn = new(WorkKind.Turn, 1);
    private static readonly WorkId ChildsTurn = new(WorkKind.Turn, 2);

    private ManualResetEventSlim _gate = new();
    private long _life = Marks.WrittenLife;

    [Fact]
    public async Task An_orchestrator_that_ends_the_process_three_times_alone_fails_with_the_cause()
    {
        await using var engine = await StartWithWaitingTurnAsync("Stuck", "one", FirstTurn);
        await DieAloneAsync(engine, FirstTurn, times: 3);
        var result = await engine.FinishAsync("one");
        Assert.True(result.FailureDetails!.IsCausedBy<PoisonedWorkException>());
        Assert.Equal(
            "The orchestrator 'Stuck' of one ended the process 3 times while it ran alone and is not run again; the last time by signal SIGABRT.",
            result.FailureDetails.ErrorMessage);
        await TestEngine.EventuallyAsync(() => Task.FromResult(Marks.Suspects(engine).Count == 0));
    }

    [Fact]
    public async Task A_parent_hears_of_a_poisoned_child()
    {
        await using var engine = await StartWithWaitingTurnAsync("Parent", "child", ChildsTurn);
        await DieAloneAsync(engine, ChildsTurn, times: 3);
        var result = await engine.FinishAsync("one");
        Assert.Equal(OrchestrationRuntimeStatus.Failed, result.RuntimeStatus);
        Assert.True(result.FailureDetails!.InnerFailure!.IsCausedBy<PoisonedWorkException>());
    }

    [Fact]
    public async Task An_orchestrator_that_dies_twice_and_then_goes_on_is_not_failed()
    {
        await using var engine = await StartWithWaitingTurnAsync("Stuck", "one", FirstTurn);
        await DieAloneAsync(engine, FirstTurn, times: 2);
        _gate.Set();
        Assert.Equal("on", (await engine.FinishAsync("one")).ReadOutputAs<string>());
        await TestEngine.EventuallyAsync(() => Task.FromResult(Marks.Suspects(engine).Count == 0));
    }

    [Fact]
    public async Task The_same_death_counts_once()
    {
        await using var engine = await StartWithWaitingTurnAsync("Stuck", "one", FirstTurn);
        await WaitUntilAloneAsync(engine, FirstTurn);
        var marks = File.ReadAllBytes(InFlightRecord.PathOf(engine.DatabasePath));
        for (var repeat = 1; repeat <= 3; repeat++)
        {
            await engine.StopAsync();
            File.WriteAllBytes(InFlightRecord.PathOf(engine.DatabasePath), marks);
            Marks.WriteNote(engine);
            await RestartAsync(engine);
            await WaitUntilAloneAsync(engine, FirstTurn);
            Assert.Equal([(FirstTurn, 1, 0)], Marks.Suspects(engine));
        }
    }

    [Fact]
    public async Task The_note_of_another_process_counts_for_nothing()
    {
        await using var engine = await StartWithWaitingTurnAsync("Stuck", "one", FirstTurn);
        await WaitUntilAloneAsync(engine, FirstTurn);
        new DeathNote(InFlightRecord.Read(engine.DatabasePath)!.Life + 1, "signal SIGABRT").Write(engine.DatabasePath);
        await engine.CrashAndRestartAsync();
        await WaitUntilAloneAsync(engine, FirstTurn);
        Assert.Equal([(FirstTurn, 0, 0)], Marks.Suspects(engine));
    }

    [Fact]
    public async Task A_mark_of_work_that_is_gone_makes_no_suspect()
    {
        await using var engine = await StartWithWaitingTurnAsync("Stuck", "one", new WorkId(WorkKind.Activity, 99));
        _gate.Set();
        await engine.FinishAsync("one");
        Assert.Empty(Marks.Suspects(engine));
    }

    [Fact]
    public async Task A_turn_that_had_the_result_of_an_activity_gets_it_again_while_alone()
    {
        var starts = 0;
        var alone = new WorkId?[3];
        var never = new TaskCompletionSource<string?>();
        TestEngine? engine = null;
        await using var started = engine = await TestEngine.StartAsync(cached, tasks => tasks
            .AddOrchestratorFunc<string>("Run", context => context.CallActivityAsync<string>("Work")!)
            .AddActivityFunc<string>("Work", _ =>
            {
                if (Interlocked.Increment(ref starts) == 1)
                    return never.Task;
                alone[starts] = Marks.Alone(engine!);
                return Task.FromResult<string?>("done");
            }));
        await engine.Client.ScheduleNewOrchestrationInstanceAsync("Run", new StartOrchestrationOptions("one"));
        await TestEngine.EventuallyAsync(() => Task.FromResult(starts == 1));
        await engine.StopAsync();
        Marks.Write(engine, FirstTurn);
        await engine.RestartAsync();
        Assert.Equal("done", (await engine.FinishAsync("one")).ReadOutputAs<string>());
        Assert.Equal(new WorkId(WorkKind.Activity, 1), alone[2]);
    }

    public void Dispose()
    {
        _gate.Set();
        _gate.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>Starts an instance, and then the engine again with an event for one and with a mark as a crash would leave it.</summary>
    private async Task<TestEngine> StartWithWaitingTurnAsync(string name, string target, WorkId mark)
    {
        var engine = await TestEngine.StartAsync(cached, tasks => tasks
            .AddOrchestratorFunc<string>("Parent", context => context.CallSubOrchestratorAsync<string>("Stuck", new SubOrchestrationOptions(instanceId: "child"))!)
            .AddOrchestratorFunc<string>("Stuck", async context =>
            {
                var on = await context.WaitForExternalEvent<string>("go");
                Volatile.Read(ref _gate).Wait();
                return on;
            }));
        await engine.Client.ScheduleNewOrchestrationInstanceAsync(name, new StartOrchestrationOptions("one"));
        await engine.WaitForStatusAsync(target, OrchestrationRuntimeStatus.Running);
        await engine.StopAsync();
        await using (var idle = DurableEngine.Open(engine.Options(), new DurableTaskRegistry(), new ServiceCollection().BuildServiceProvider()))
            await idle.Client.RaiseEventAsync(target, "go", "on");
        Marks.Write(engine, mark);
        await engine.RestartAsync();
        return engine;
    }

    private async Task DieAloneAsync(TestEngine engine, WorkId work, int times)
    {
        for (var death = 1; death <= times; death++)
        {
            await WaitUntilAloneAsync(engine, work);
            Marks.WriteNote(engine);
            await RestartAsync(engine);
        }
    }

    private Task WaitUntilAloneAsync(TestEngine engine, WorkId work) => TestEngine.EventuallyAsync(() =>
    {
        // The marks of the last life are there until this one makes its own.
        if (InFlightRecord.Read(engine.DatabasePath) is not { } record || record.Life == _life || record.Alone != work)
            return Task.FromResult(false);
        _life = record.Life;
        return Task.FromResult(true);
    });

    private async Task RestartAsync(TestEngine engine)
    {
        var last = Interlocked.Exchange(ref _gate, new ManualResetEventSlim());
        await engine.CrashAndRestartAsync();

        // The turn of the last life may go on now: it finds its engine gone.
        last.Set();
    }
}

public sealed class SuspectTurnsWithCache() : SuspectTurnCases(256);

public sealed class SuspectTurnsWithReplay() : SuspectTurnCases(0);
