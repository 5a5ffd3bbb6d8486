using MultiAgentInfra.EmbeddedRuntime.Engine;

namespace MultiAgentInfra.EmbeddedRuntime.Tests.Durable;

public abstract class MismatchCases(int cached)
{
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
    public async Task What_an_orchestrator_throws_outside_of_its_task_fails_it_alone_and_not_the_engine()
    {
        await using var engine = await TestEngine.StartAsync(cached, tasks => tasks
            .AddOrchestratorFunc("Stray", context =>
            {
                FireAndForget(context);
                return context.WaitForExternalEvent<string?>("go");
            })
            .AddOrchestratorFunc<string, string>("Echo", (_, input) => Task.FromResult(input)));
        var id = await engine.Client.ScheduleNewOrchestrationInstanceAsync("Stray");

        Assert.Equal("still here", (await engine.RunAsync("Echo", "still here")).ReadOutputAs<string>());

        var stray = await engine.FinishAsync(id);
        Assert.Equal(OrchestrationRuntimeStatus.Failed, stray.RuntimeStatus);
        Assert.Contains("lost", stray.FailureDetails?.ErrorMessage, StringComparison.Ordinal);
        Assert.False(engine.Failed.IsCompleted);

        static async void FireAndForget(TaskOrchestrationContext context)
        {
            await context.CreateTimer(TimeSpan.Zero, CancellationToken.None);
            throw new InvalidOperationException("lost");
        }
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
}

public sealed class MismatchesWithCache() : MismatchCases(256);

public sealed class MismatchesWithReplay() : MismatchCases(0);
