namespace MultiAgentInfra.EmbeddedRuntime.Tests.Durable;

public abstract class ContinueAsNewOrder(int cached)
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task Events_that_an_execution_carries_come_before_later_ones_also_after_a_crash()
    {
        using var entered = new ManualResetEventSlim();
        using var goOn = new ManualResetEventSlim();
        var crashed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var engine = new CrashingEngine(cached, (tasks, life) => tasks.AddOrchestratorFunc<bool, string[]>("Run", async (context, isSecond) =>
        {
            if (!isSecond)
            {
                await context.WaitForExternalEvent<string>("go");
                entered.Set();
                goOn.Wait(Deadline);
                context.ContinueAsNew(true);
                return [];
            }

            if (crashed.TrySetResult())
                _ = life.CrashAsync();
            var order = new string[4];
            for (var index = 0; index < order.Length; index++)
                order[index] = await context.WaitForExternalEvent<string>("item");
            return order;
        }));
        await engine.StartAsync();
        var id = await engine.Client.ScheduleNewOrchestrationInstanceAsync("Run", false);
        await engine.Client.RaiseEventAsync(id, "item", "carried 1");
        await engine.Client.RaiseEventAsync(id, "item", "carried 2");
        await engine.Client.RaiseEventAsync(id, "go", "");
        Assert.True(entered.Wait(Deadline));
        await engine.Client.RaiseEventAsync(id, "item", "late 1");
        await engine.Client.RaiseEventAsync(id, "item", "late 2");
        goOn.Set();
        await crashed.Task.WaitAsync(Deadline);
        await engine.CrashAsync();

        await engine.StartAsync();
        var result = await engine.Client.WaitForInstanceCompletionAsync(id, true).WaitAsync(Deadline);
        Assert.Equal(["carried 1", "carried 2", "late 1", "late 2"], result.ReadOutputAs<string[]>()!);
    }
}

public sealed class ContinueAsNewOrderWithCache() : ContinueAsNewOrder(256);

public sealed class ContinueAsNewOrderWithReplay() : ContinueAsNewOrder(0);
