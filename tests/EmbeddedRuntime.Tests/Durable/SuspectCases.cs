using System.Collections.Concurrent;
using MultiAgentInfra.EmbeddedRuntime.Engine;

namespace MultiAgentInfra.EmbeddedRuntime.Tests.Durable;

/// <summary>What was in flight at a crash runs alone at the next start.</summary>
public sealed class SuspectCases
{
    private const int Width = 40;

    private readonly TaskCompletionSource<string?> _never = new();

    [Fact]
    public async Task Suspects_run_one_at_a_time_and_before_everything_else()
    {
        var lives = 0;
        var inFlight = new ConcurrentDictionary<int, bool>();
        var order = new ConcurrentQueue<int>();
        var running = new ConcurrentDictionary<int, bool>();
        var overlaps = new ConcurrentQueue<(int, int)>();
        var alone = new ConcurrentDictionary<int, WorkId?>();
        TestEngine? engine = null;
        await using var started = engine = await TestEngine.StartAsync(256, tasks => tasks
            .AddOrchestratorFunc<int>("Run", async context =>
                (await Task.WhenAll(Enumerable.Range(0, Width).Select(step => context.CallActivityAsync<int>("Work", step)))).Sum())
            .AddActivityFunc<int, int>("Work", async (context, step) =>
            {
                if (Volatile.Read(ref lives) == 0)
                {
                    inFlight[step] = true;
                    await _never.Task;
                }

                order.Enqueue(step);
                foreach (var other in running.Keys.Where(other => inFlight.ContainsKey(other) || inFlight.ContainsKey(step)))
                    overlaps.Enqueue((step, other));
                running[step] = true;
                if (inFlight.ContainsKey(step))
                    alone[step] = Marks.Alone(engine!);
                await Task.Yield();
                running.TryRemove(step, out _);
                return step;
            }));
        var id = await engine.Client.ScheduleNewOrchestrationInstanceAsync("Run");
        await TestEngine.EventuallyAsync(() => Task.FromResult(inFlight.Count == engine.Options().MaxConcurrentActivities));
        Interlocked.Increment(ref lives);
        await engine.CrashAndRestartAsync();
        Assert.Equal(Width * (Width - 1) / 2, (await engine.FinishAsync(id)).ReadOutputAs<int>());
        Assert.Empty(overlaps);
        Assert.All(inFlight.Keys, step => Assert.Equal(new WorkId(WorkKind.Activity, step + 1), alone[step]));
        Assert.Equal(inFlight.Keys.Order(), order.Take(inFlight.Count).Order());
        await TestEngine.EventuallyAsync(() => Task.FromResult(Marks.Suspects(engine).Count == 0 && !InFlightRecord.Read(engine.DatabasePath)!.HasSuspects));
    }

    [Fact]
    public async Task A_suspect_that_takes_long_gets_company_and_its_later_deaths_do_not_count()
    {
        var starts = 0;
        TestEngine? engine = null;
        await using var started = engine = await TestEngine.StartAsync(256, tasks => tasks
            .AddOrchestratorFunc<string>("Long", context => context.CallActivityAsync<string>("Never")!)
            .AddOrchestratorFunc<DateTimeOffset>("Short", context => context.CallActivityAsync<DateTimeOffset>("Now"))
            .AddActivityFunc<string>("Never", _ =>
            {
                Interlocked.Increment(ref starts);
                return _never.Task;
            })
            .AddActivityFunc<DateTimeOffset>("Now", _ => engine!.Clock.GetUtcNow()));
        await engine.Client.ScheduleNewOrchestrationInstanceAsync("Long");
        await TestEngine.EventuallyAsync(() => Task.FromResult(starts == 1));
        await engine.CrashAndRestartAsync();
        await TestEngine.EventuallyAsync(() => Task.FromResult(starts == 2 && Marks.Alone(engine) is not null));
        var id = await engine.Client.ScheduleNewOrchestrationInstanceAsync("Short");

        // In the time of these commits it would have run, if nothing held it back.
        for (var commit = 0; commit < 20; commit++)
            await engine.Client.RaiseEventAsync(id, "nothing", "");
        Assert.Equal(OrchestrationRuntimeStatus.Pending, (await engine.Client.GetInstanceAsync(id))!.RuntimeStatus);

        var held = engine.Clock.GetUtcNow();
        await engine.AdvanceAsync(engine.Options().SuspectTime);
        Assert.Equal(held + engine.Options().SuspectTime, (await engine.FinishAsync(id)).ReadOutputAs<DateTimeOffset>());
        Assert.Null(Marks.Alone(engine));

        Marks.WriteNote(engine);
        await engine.CrashAndRestartAsync();
        await TestEngine.EventuallyAsync(() => Task.FromResult(starts == 3));
        Assert.Equal([(0, 1)], Marks.Suspects(engine).Select(suspect => (suspect.Deaths, suspect.Passes)));
    }

    [Fact]
    public async Task Nothing_is_blamed_without_a_death_note()
    {
        var starts = 0;
        await using var engine = await TestEngine.StartAsync(256, tasks => tasks
            .AddOrchestratorFunc<string>("Run", context => context.CallActivityAsync<string>("Work")!)
            .AddActivityFunc<string>("Work", _ => Interlocked.Increment(ref starts) > 8 ? Task.FromResult<string?>("done") : _never.Task));
        var id = await engine.Client.ScheduleNewOrchestrationInstanceAsync("Run");
        for (var life = 1; life <= 8; life++)
        {
            await TestEngine.EventuallyAsync(() => Task.FromResult(starts == life));
            await engine.CrashAndRestartAsync();
        }

        Assert.Equal("done", (await engine.FinishAsync(id)).ReadOutputAs<string>());
    }

    [Fact]
    public async Task An_activity_that_ends_the_process_three_times_alone_fails_with_the_cause_and_is_not_retried()
    {
        var starts = 0;
        await using var engine = await TestEngine.StartAsync(256, tasks => tasks
            .AddOrchestratorFunc<string>("Run", context => context.CallActivityAsync<string>(
                "Work", new TaskOptions(new TaskRetryOptions(new RetryPolicy(5, TimeSpan.FromSeconds(1)))))!)
            .AddActivityFunc<string>("Work", _ =>
            {
                Interlocked.Increment(ref starts);
                return _never.Task;
            }));
        await engine.Client.ScheduleNewOrchestrationInstanceAsync("Run", new StartOrchestrationOptions("one"));
        for (var life = 1; life <= 4; life++)
        {
            await TestEngine.EventuallyAsync(() => Task.FromResult(starts == life && (life == 1 || Marks.Alone(engine) is not null)));
            Marks.WriteNote(engine);
            await engine.CrashAndRestartAsync();
        }

        var result = await engine.FinishAsync("one");
        Assert.Equal(OrchestrationRuntimeStatus.Failed, result.RuntimeStatus);
        Assert.True(result.FailureDetails!.InnerFailure!.IsCausedBy<PoisonedWorkException>());
        Assert.Equal(
            "The activity 'Work' of one ended the process 3 times while it ran alone and is not run again; the last time by signal SIGABRT.",
            result.FailureDetails.InnerFailure.ErrorMessage);
        Assert.Equal(4, starts);
        await TestEngine.EventuallyAsync(() => Task.FromResult(Marks.Suspects(engine).Count == 0));
    }

    [Fact]
    public async Task A_suspect_that_ends_is_forgotten_with_its_earlier_deaths()
    {
        var lives = 0;
        await using var engine = await TestEngine.StartAsync(256, tasks => tasks
            .AddOrchestratorFunc<string>("Run", async context =>
            {
                await context.CallActivityAsync<string>("Work");
                return await context.WaitForExternalEvent<string>("go");
            })
            .AddActivityFunc<string>("Work", _ => Interlocked.Increment(ref lives) > 3 ? Task.FromResult<string?>("done") : _never.Task));
        var id = await engine.Client.ScheduleNewOrchestrationInstanceAsync("Run");
        for (var life = 1; life <= 3; life++)
        {
            await TestEngine.EventuallyAsync(() => Task.FromResult(lives == life && (life == 1 || Marks.Alone(engine) is not null)));
            Marks.WriteNote(engine);
            await engine.CrashAndRestartAsync();
        }

        await TestEngine.EventuallyAsync(() => Task.FromResult(lives == 4 && Marks.Suspects(engine).Count == 0));
        await engine.Client.RaiseEventAsync(id, "go", "on");
        Assert.Equal("on", (await engine.FinishAsync(id)).ReadOutputAs<string>());
    }

    [Fact]
    public async Task What_an_orderly_stop_interrupts_is_no_suspect()
    {
        var starts = 0;
        await using var engine = await TestEngine.StartAsync(256, tasks => tasks
            .AddOrchestratorFunc<string>("Run", context => context.CallActivityAsync<string>("Work")!)
            .AddActivityFunc<string>("Work", _ =>
            {
                Interlocked.Increment(ref starts);
                return _never.Task;
            }));
        await engine.Client.ScheduleNewOrchestrationInstanceAsync("Run");
        await TestEngine.EventuallyAsync(() => Task.FromResult(starts == 1));
        await engine.StopAsync();
        var record = InFlightRecord.Read(engine.DatabasePath)!;
        Assert.Empty(record.Marks);
        Assert.True(record.IsEnded);
        await engine.RestartAsync();
        await TestEngine.EventuallyAsync(() => Task.FromResult(starts == 2));
        Assert.Empty(Marks.Suspects(engine));
    }
}
