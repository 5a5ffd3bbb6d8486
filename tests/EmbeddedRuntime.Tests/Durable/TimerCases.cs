namespace MultiAgentInfra.EmbeddedRuntime.Tests.Durable;

public abstract class TimerCases(int cached)
{
    [Fact]
    public async Task A_timer_fires_when_the_clock_reaches_it_and_not_before()
    {
        await using var engine = await TestEngine.StartAsync(cached, tasks => tasks.AddOrchestratorFunc<TimeSpan>("Sleep", async context =>
        {
            var start = context.CurrentUtcDateTime;
            await context.CreateTimer(TimeSpan.FromMinutes(5), CancellationToken.None);
            return context.CurrentUtcDateTime - start;
        }));
        var id = await engine.Client.ScheduleNewOrchestrationInstanceAsync("Sleep");
        await TestEngine.EventuallyAsync(() => Task.FromResult(engine.Clock.NextTimer is not null));
        engine.Clock.Advance(TimeSpan.FromMinutes(4));
        Assert.Equal(OrchestrationRuntimeStatus.Running, (await engine.Client.GetInstanceAsync(id))!.RuntimeStatus);
        await engine.AdvanceAsync(TimeSpan.FromMinutes(1));
        Assert.Equal(TimeSpan.FromMinutes(5), (await engine.FinishAsync(id)).ReadOutputAs<TimeSpan>());
    }

    [Fact]
    public async Task A_timer_that_is_due_in_months_is_waited_for()
    {
        await using var engine = await TestEngine.StartAsync(cached, tasks => tasks.AddOrchestratorFunc<string>("Sleep", async context =>
        {
            await context.CreateTimer(TimeSpan.FromDays(90), CancellationToken.None);
            return "awake";
        }));
        var id = await engine.Client.ScheduleNewOrchestrationInstanceAsync("Sleep");
        await TestEngine.EventuallyAsync(() => Task.FromResult(engine.Clock.NextTimer is not null));
        engine.Clock.Advance(TimeSpan.FromDays(90));
        Assert.Equal("awake", (await engine.FinishAsync(id)).ReadOutputAs<string>());
    }

    [Fact]
    public async Task A_timer_in_the_past_fires_at_once()
    {
        await using var engine = await TestEngine.StartAsync(cached, tasks => tasks.AddOrchestratorFunc<string>("Sleep", async context =>
        {
            await context.CreateTimer(context.CurrentUtcDateTime.AddDays(-1), CancellationToken.None);
            return "awake";
        }));
        Assert.Equal("awake", (await engine.RunAsync("Sleep")).ReadOutputAs<string>());
    }

    [Fact]
    public async Task A_cancelled_timer_throws_and_leaves_no_alarm()
    {
        await using var engine = await TestEngine.StartAsync(cached, tasks => tasks.AddOrchestratorFunc<string>("Run", async context =>
        {
            using var cancellation = new CancellationTokenSource();
            var timer = context.CreateTimer(TimeSpan.FromDays(3), cancellation.Token);
            await context.WaitForExternalEvent<string>("go");
            cancellation.Cancel();
            try
            {
                await timer;
                return "fired";
            }
            catch (OperationCanceledException)
            {
                await context.WaitForExternalEvent<string>("go");
                return "cancelled";
            }
        }));
        var id = await engine.Client.ScheduleNewOrchestrationInstanceAsync("Run");
        await engine.Client.RaiseEventAsync(id, "go", "a");
        await engine.RestartAsync();
        await TestEngine.EventuallyAsync(() => Task.FromResult(engine.Clock.NextTimer is null));
        await engine.Client.RaiseEventAsync(id, "go", "b");
        Assert.Equal("cancelled", (await engine.FinishAsync(id)).ReadOutputAs<string>());
    }

    [Fact]
    public async Task A_timer_cancelled_in_the_turn_that_made_it_never_fires()
    {
        await using var engine = await TestEngine.StartAsync(cached, tasks => tasks
            .AddOrchestratorFunc<string>("Run", async context =>
            {
                using var cancellation = new CancellationTokenSource();
                var timer = context.CreateTimer(TimeSpan.FromSeconds(1), cancellation.Token);
                cancellation.Cancel();
                await context.CallActivityAsync("Nothing");
                return timer.IsCanceled ? "cancelled" : "open";
            })
            .AddActivityFunc("Nothing", _ => { }));
        Assert.Equal("cancelled", (await engine.RunAsync("Run")).ReadOutputAs<string>());
        Assert.Null(engine.Clock.NextTimer);
    }

    [Fact]
    public async Task Timers_fire_in_the_order_of_their_times()
    {
        await using var engine = await TestEngine.StartAsync(cached, tasks => tasks.AddOrchestratorFunc<string>("Run", async context =>
        {
            var order = "";
            async Task Wait(int seconds)
            {
                await context.CreateTimer(TimeSpan.FromSeconds(seconds), CancellationToken.None);
                order += seconds;
            }

            await Task.WhenAll(Wait(3), Wait(1), Wait(2));
            return order;
        }));
        var id = await engine.Client.ScheduleNewOrchestrationInstanceAsync("Run");
        await TestEngine.EventuallyAsync(() => Task.FromResult(engine.Clock.NextTimer == engine.Clock.GetUtcNow().AddSeconds(1)));
        engine.Clock.Advance(TimeSpan.FromSeconds(10));
        Assert.Equal("123", (await engine.FinishAsync(id)).ReadOutputAs<string>());
    }

    [Fact]
    public async Task A_timer_that_came_due_while_the_engine_was_off_fires_at_the_start()
    {
        await using var engine = await TestEngine.StartAsync(cached, tasks => tasks.AddOrchestratorFunc<string>("Sleep", async context =>
        {
            await context.CreateTimer(TimeSpan.FromMinutes(5), CancellationToken.None);
            return "awake";
        }));
        var id = await engine.Client.ScheduleNewOrchestrationInstanceAsync("Sleep");
        await TestEngine.EventuallyAsync(() => Task.FromResult(engine.Clock.NextTimer is not null));
        await engine.StopAsync();
        engine.Clock.Advance(TimeSpan.FromHours(1));
        await engine.RestartAsync();
        Assert.Equal("awake", (await engine.FinishAsync(id)).ReadOutputAs<string>());
    }
}

public sealed class TimersWithCache() : TimerCases(256);

public sealed class TimersWithReplay() : TimerCases(0);
