namespace MultiAgentInfra.EmbeddedRuntime.Tests.Durable;

/// <summary>What the engine asks of the clock.</summary>
public abstract class AlarmCases(int cached)
{
    [Fact]
    public async Task A_cancelled_timer_leaves_no_alarm_even_over_a_restart()
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
    public async Task A_timer_cancelled_in_the_turn_that_made_it_leaves_no_alarm()
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
}

public sealed class AlarmsWithCache() : AlarmCases(256);

public sealed class AlarmsWithReplay() : AlarmCases(0);
