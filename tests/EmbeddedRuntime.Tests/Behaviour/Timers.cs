namespace MultiAgentInfra.EmbeddedRuntime.Tests.Behaviour;

public abstract class Timers(StartHost start) : BehaviourSuite(start)
{
    private static readonly TimeSpan Short = TimeSpan.FromSeconds(1);

    [Fact]
    [Encodes(Sources.Patterns, "SingleTimer")]
    public async Task A_timer_fires_when_the_clock_reaches_it_and_not_before()
    {
        await using var host = await StartAsync(Sleep(Short));
        var id = await host.BeginAsync();
        await host.LetTimePassAsync(TimeSpan.FromMilliseconds(400), nextTimer: Short);
        Assert.Equal(OrchestrationRuntimeStatus.Running, (await host.Client.GetInstanceAsync(id))!.RuntimeStatus);
        await host.LetTimePassAsync(TimeSpan.FromMilliseconds(600));
        Assert.True(TimeSpan.Parse((await host.OutputAsync(id))!, null) >= Short);
    }

    [Fact]
    [Encodes(Sources.Context, "maximumTimerInterval")]
    public async Task A_timer_that_is_due_in_months_is_waited_for()
    {
        await using var host = await StartAsync(Sleep(TimeSpan.FromDays(90)));
        var id = await host.BeginAsync();
        await host.LetTimePassAsync(TimeSpan.FromDays(89), nextTimer: TimeSpan.FromDays(1));
        Assert.Equal(OrchestrationRuntimeStatus.Running, (await host.Client.GetInstanceAsync(id))!.RuntimeStatus);
        await host.LetTimePassAsync(TimeSpan.FromDays(1));
        Assert.Equal("90.00:00:00", await host.OutputAsync(id));
    }

    [Fact]
    [Encodes(Sources.Contract, "CreateTimer(DateTime fireAt")]
    public async Task A_timer_for_the_end_of_time_holds_nothing_up_but_itself()
    {
        await using var host = await StartAsync(async context =>
        {
            using var cancellation = new CancellationTokenSource();
            var never = context.CreateTimer(DateTime.MaxValue, cancellation.Token);
            var go = context.WaitForExternalEvent<string>("go");
            await Task.WhenAny(never, go);
            cancellation.Cancel();
            return await go;
        });
        var id = await host.BeginAsync();
        await host.Client.RaiseEventAsync(id, "go", "gone");
        Assert.Equal("gone", await host.OutputAsync(id));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-60)]
    [Encodes(Sources.Patterns, "TimeSpan.Zero")]
    public async Task A_timer_in_the_past_fires_at_once(int seconds)
    {
        await using var host = await StartAsync(Sleep(TimeSpan.FromSeconds(seconds)));
        Assert.True(TimeSpan.Parse((await host.RunAsync("Run")).ReadOutputAs<string>()!, null) >= TimeSpan.Zero);
    }

    [Fact]
    [Encodes(Sources.CoreContext, "HandleTimerFiredEvent")]
    public async Task Timers_fire_in_the_order_of_their_times()
    {
        await using var host = await StartAsync(async context =>
        {
            var order = "";
            async Task Wait(int tenths)
            {
                await context.CreateTimer(TimeSpan.FromMilliseconds(100 * tenths), CancellationToken.None);
                order += tenths;
            }

            await Task.WhenAll(Wait(9), Wait(5), Wait(1));
            return order;
        });
        var id = await host.BeginAsync();
        await host.LetTimePassAsync(Short, nextTimer: TimeSpan.FromMilliseconds(100));
        Assert.Equal("159", await host.OutputAsync(id));
    }

    [Fact]
    [Encodes(Sources.MemoryService, "TimerFiredEvent")]
    public async Task Timers_for_one_moment_all_fire()
    {
        await using var host = await StartAsync(async context =>
        {
            var at = context.CurrentUtcDateTime + Short;
            await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => context.CreateTimer(at, CancellationToken.None)));
            return "all";
        });
        var id = await host.BeginAsync();
        await host.LetTimePassAsync(Short);
        Assert.Equal("all", await host.OutputAsync(id));
    }

    [Fact]
    [Encodes(Sources.CoreContext, "TrySetCanceled")]
    public async Task A_cancelled_timer_throws()
    {
        await using var host = await StartAsync(async context =>
        {
            using var cancellation = new CancellationTokenSource();
            var timer = context.CreateTimer(TimeSpan.FromDays(3), cancellation.Token);
            await context.WaitForExternalEvent<string>("go");
            cancellation.Cancel();
            return await CaughtAsync(timer);
        });
        var id = await host.BeginAsync();
        await host.Client.RaiseEventAsync(id, "go");
        Assert.Equal("cancelled", await host.OutputAsync(id));
    }

    [Fact]
    [Encodes(Sources.CoreContext, "cancelToken.Register")]
    public async Task A_timer_with_a_token_that_is_cancelled_already_throws_at_once()
    {
        await using var host = await StartAsync(async context =>
        {
            using var cancellation = new CancellationTokenSource();
            cancellation.Cancel();
            return await CaughtAsync(context.CreateTimer(TimeSpan.FromDays(3), cancellation.Token));
        });
        Assert.Equal("cancelled", (await host.RunAsync("Run")).ReadOutputAs<string>());
    }

    [Fact]
    [Encodes(Sources.CoreContext, "this.openTasks.Remove(id)")]
    public async Task A_timer_cancelled_in_the_turn_that_made_it_stays_cancelled()
    {
        await using var host = await StartAsync(async context =>
        {
            using var cancellation = new CancellationTokenSource();
            var timer = context.CreateTimer(TimeSpan.FromMilliseconds(100), cancellation.Token);
            cancellation.Cancel();
            await context.CreateTimer(TimeSpan.FromMilliseconds(300), CancellationToken.None);
            return await CaughtAsync(timer);
        });
        var id = await host.BeginAsync();
        await host.LetTimePassAsync(TimeSpan.FromMilliseconds(300));
        Assert.Equal("cancelled", await host.OutputAsync(id));
    }

    [Fact]
    [Encodes(Sources.CoreContext, "CreateTimer")]
    public async Task Cancelling_a_timer_that_has_fired_changes_nothing()
    {
        await using var host = await StartAsync(async context =>
        {
            using var cancellation = new CancellationTokenSource();
            var timer = context.CreateTimer(TimeSpan.Zero, cancellation.Token);
            await timer;
            cancellation.Cancel();
            return timer.IsCompletedSuccessfully ? "fired" : "cancelled";
        });
        Assert.Equal("fired", (await host.RunAsync("Run")).ReadOutputAs<string>());
    }

    [Fact]
    [Encodes(Sources.TimerGuide, "### Periodic Polling (Monitor Pattern)")]
    public async Task Timers_one_after_the_other_add_up()
    {
        await using var host = await StartAsync(async context =>
        {
            var begin = context.CurrentUtcDateTime;
            for (var round = 0; round < 5; round++)
                await context.CreateTimer(TimeSpan.FromMilliseconds(100), CancellationToken.None);
            return (context.CurrentUtcDateTime - begin).ToString();
        });
        var id = await host.BeginAsync();
        for (var round = 0; round < 5; round++)
            await host.LetTimePassAsync(TimeSpan.FromMilliseconds(100));
        Assert.True(TimeSpan.Parse((await host.OutputAsync(id))!, null) >= TimeSpan.FromMilliseconds(500));
    }

    [Fact]
    [Encodes(Sources.TimerGuide, "### Durability")]
    public async Task A_timer_that_came_due_while_the_host_was_off_fires_at_its_start()
    {
        await using var host = await StartAsync(Sleep(Short));
        var id = await host.BeginAsync();
        await host.RestartAsync(off: TimeSpan.FromHours(1));
        Assert.Equal("01:00:00", await host.OutputAsync(id));
    }

    private static Func<TaskOrchestrationContext, Task<string?>> Sleep(TimeSpan time) => async context =>
    {
        var begin = context.CurrentUtcDateTime;
        await context.CreateTimer(begin + time, CancellationToken.None);
        return (context.CurrentUtcDateTime - begin).ToString();
    };

    private static async Task<string> CaughtAsync(Task timer)
    {
        try
        {
            await timer;
            return "fired";
        }
        catch (TaskCanceledException)
        {
            return "cancelled";
        }
    }
}
