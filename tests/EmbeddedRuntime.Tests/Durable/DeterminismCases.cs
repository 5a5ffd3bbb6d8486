using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using MultiAgentInfra.EmbeddedRuntime.Engine;

namespace MultiAgentInfra.EmbeddedRuntime.Tests.Durable;

public abstract class DeterminismCases(int cached)
{
    [Fact]
    public async Task Ids_and_clock_are_the_same_in_every_replay()
    {
        var seen = new List<string>();
        await using var engine = await TestEngine.StartAsync(cached, tasks => tasks
            .AddOrchestratorFunc<int>("Run", async context =>
            {
                seen.Add($"{context.NewGuid()} {context.NewGuid()} {context.CurrentUtcDateTime:O}");
                await context.CreateTimer(TimeSpan.FromMinutes(1), CancellationToken.None);
                return context.NewGuid() == context.NewGuid() ? 0 : 1;
            }));
        var id = await engine.Client.ScheduleNewOrchestrationInstanceAsync("Run");
        await TestEngine.EventuallyAsync(() => Task.FromResult(engine.Clock.NextTimer is not null));
        await engine.RestartAsync();
        await engine.AdvanceAsync(TimeSpan.FromMinutes(1));
        Assert.Equal(1, (await engine.FinishAsync(id)).ReadOutputAs<int>());
        Assert.Equal(2, seen.Count);
        Assert.Single(seen.Distinct());
    }

    [Fact]
    public async Task A_replay_safe_logger_writes_each_line_once()
    {
        var lines = new List<string>();
        await using var engine = await TestEngine.StartAsync(cached, tasks => tasks
            .AddOrchestratorFunc("Run", async context =>
            {
                context.CreateReplaySafeLogger("test").Log(LogLevel.Information, default, "first", null, (line, _) => line);
                await context.CallActivityAsync("Nothing");
                context.CreateReplaySafeLogger<TestEngine>().Log(LogLevel.Information, default, "second", null, (line, _) => line);
                await context.CallActivityAsync("Nothing");
            })
            .AddActivityFunc("Nothing", _ => { }));
        engine.Services.AddSingleton<ILoggerFactory>(new ListLoggerFactory(lines));
        await engine.RestartAsync();
        await engine.RunAsync("Run");
        Assert.Equal(["first", "second"], lines);
    }

    [Fact]
    public async Task Another_activity_than_in_the_history_fails_with_both_names()
    {
        var failure = await ReplayAsync(
            context => context.CallActivityAsync<string>("Wait"),
            context => context.CallActivityAsync<string>("Other"));
        Assert.True(failure.IsCausedBy<NonDeterministicOrchestrationException>());
        Assert.Contains("orchestrator 'Run'", failure.ErrorMessage);
        Assert.Contains("expected activity 'Wait' (#0), actual activity 'Other' (#0)", failure.ErrorMessage);
    }

    [Fact]
    public async Task A_timer_where_the_history_has_an_activity_fails()
    {
        var failure = await ReplayAsync(
            context => context.CallActivityAsync<string>("Wait"),
            async context =>
            {
                await context.CreateTimer(TimeSpan.FromHours(1), CancellationToken.None);
                return "";
            });
        Assert.Contains("expected activity 'Wait' (#0), actual timer (#0)", failure.ErrorMessage);
    }

    [Fact]
    public async Task A_step_that_is_gone_fails()
    {
        var failure = await ReplayAsync(context => context.CallActivityAsync<string>("Wait"), _ => Task.FromResult("early"));
        Assert.Contains("expected activity 'Wait' (#0), actual no further step", failure.ErrorMessage);
    }

    [Fact]
    public async Task A_step_that_was_added_to_a_finished_turn_fails()
    {
        var failure = await ReplayAsync(
            context => context.CallActivityAsync<string>("Wait"),
            async context =>
            {
                var wait = context.CallActivityAsync<string>("Wait");
                await context.CallActivityAsync("Added");
                return await wait;
            });
        Assert.Contains("expected no further step in that turn, actual activity 'Added' (#1)", failure.ErrorMessage);
    }

    [Fact]
    public async Task A_wait_that_is_gone_fails()
    {
        var failure = await ReplayAsync(async context => await context.WaitForExternalEvent<string>("go"), _ => Task.FromResult("early"));
        Assert.Contains("actual the end of the orchestrator", failure.ErrorMessage);
    }

    [Fact]
    public async Task A_foreign_task_with_nothing_else_to_wait_for_is_reported()
    {
        await using var engine = await TestEngine.StartAsync(cached, tasks => tasks
            .AddOrchestratorFunc<string>("Run", async _ => await new TaskCompletionSource<string>().Task));
        Assert.True((await engine.RunAsync("Run")).FailureDetails!.IsCausedBy<ForeignAwaitException>());
    }

    [Fact]
    public async Task A_foreign_task_that_ends_while_a_timer_is_open_is_reported()
    {
        var foreign = new TaskCompletionSource();
        await using var engine = await TestEngine.StartAsync(cached, tasks => tasks
            .AddOrchestratorFunc("Run", async context =>
            {
                var timer = context.CreateTimer(TimeSpan.FromDays(1), CancellationToken.None);
                await Task.WhenAny(timer, foreign.Task);
            }));
        var id = await engine.Client.ScheduleNewOrchestrationInstanceAsync("Run");
        await TestEngine.EventuallyAsync(() => Task.FromResult(engine.Clock.NextTimer is not null));
        await Task.Run(foreign.SetResult);
        Assert.True((await engine.FinishAsync(id)).FailureDetails!.IsCausedBy<ForeignAwaitException>());
    }

    [Fact]
    public async Task Work_on_another_thread_is_reported()
    {
        await using var engine = await TestEngine.StartAsync(cached, tasks => tasks
            .AddOrchestratorFunc<string>("Run", context => Task.Run(() => context.CallActivityAsync<string>("Nothing"))!)
            .AddActivityFunc("Nothing", _ => { }));
        Assert.True((await engine.RunAsync("Run")).FailureDetails!.IsCausedBy<ForeignAwaitException>());
    }

    [Fact]
    public async Task ConfigureAwait_false_is_reported()
    {
        await using var engine = await TestEngine.StartAsync(cached, tasks => tasks
            .AddOrchestratorFunc("Run", async context =>
            {
                await context.CallActivityAsync("Nothing").ConfigureAwait(false);
                await context.CallActivityAsync("Nothing");
            })
            .AddActivityFunc("Nothing", _ => { }));
        Assert.True((await engine.RunAsync("Run")).FailureDetails!.IsCausedBy<ForeignAwaitException>());
    }

    [Fact]
    public async Task Yielding_stays_on_the_orchestrators_thread()
    {
        await using var engine = await TestEngine.StartAsync(cached, tasks => tasks
            .AddOrchestratorFunc<string>("Run", async context =>
            {
                await Task.Yield();
                return await context.CallActivityAsync<string>("Say");
            })
            .AddActivityFunc<string>("Say", _ => "fine"));
        Assert.Equal("fine", (await engine.RunAsync("Run")).ReadOutputAs<string>());
    }

    /// <summary>Starts an orchestration with one code and lets the other code replay its history.</summary>
    private async Task<TaskFailureDetails> ReplayAsync(
        Func<TaskOrchestrationContext, Task<string>> before, Func<TaskOrchestrationContext, Task<string>> after)
    {
        var release = new TaskCompletionSource<string?>();
        await using var engine = await TestEngine.StartAsync(cached, tasks => tasks
            .AddOrchestratorFunc<string>("Run", before!)
            .AddActivityFunc<string>("Wait", _ => release.Task));
        var id = await engine.Client.ScheduleNewOrchestrationInstanceAsync("Run");
        await engine.Client.WaitForInstanceStartAsync(id);
        await engine.RestartAsync(tasks => tasks
            .AddOrchestratorFunc<string>("Run", after!)
            .AddActivityFunc<string>("Wait", _ => "again"));
        await engine.Client.RaiseEventAsync(id, "go", "");
        release.SetResult("");
        return (await engine.FinishAsync(id)).FailureDetails!;
    }

    private sealed class ListLoggerFactory(List<string> lines) : ILoggerFactory, ILogger
    {
        public ILogger CreateLogger(string categoryName) => this;

        public void AddProvider(ILoggerProvider provider)
        {
        }

        public void Dispose()
        {
        }

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel == LogLevel.Information;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (IsEnabled(logLevel))
                lines.Add(formatter(state, exception));
        }
    }
}

public sealed class DeterminismWithCache() : DeterminismCases(256);

public sealed class DeterminismWithReplay() : DeterminismCases(0);
