using Microsoft.Extensions.DependencyInjection;
using MultiAgentInfra.EmbeddedRuntime.Engine;

namespace MultiAgentInfra.EmbeddedRuntime.Tests.Durable;

/// <summary>Commands to an engine that does not work yet, so that one turn gets them all.</summary>
public abstract class UnstartedEngineCases(int cached)
{
    [Theory]
    [InlineData(false, false)]
    [InlineData(false, true)]
    [InlineData(true, false)]
    [InlineData(true, true)]
    public async Task A_start_and_a_termination_in_one_turn_leave_a_terminated_instance(bool isReused, bool isRestarted)
    {
        await using var engine = await TestEngine.StartAsync(cached, AddTasks);
        if (isReused)
        {
            await StartAsync(engine.Client);
            await engine.Client.RaiseEventAsync("one", "go", "former");
            Assert.Equal("former", (await engine.FinishAsync("one")).ReadOutputAs<string>());
        }

        await engine.StopAsync();
        var registry = new DurableTaskRegistry();
        AddTasks(registry);
        await using (var idle = DurableEngine.Open(engine.Options(), registry, new ServiceCollection().BuildServiceProvider()))
        {
            await StartAsync(idle.Client);
            await idle.Client.TerminateInstanceAsync("one", "enough");
            if (!isRestarted)
            {
                idle.Start();
                await TestEngine.EventuallyAsync(async () => (await idle.Client.GetInstanceAsync("one"))!.IsCompleted);
            }
        }

        await engine.RestartAsync();
        var result = await engine.FinishAsync("one");
        Assert.Equal((OrchestrationRuntimeStatus.Terminated, "enough"), (result.RuntimeStatus, result.ReadOutputAs<string>()));
    }

    private static Task<string> StartAsync(DurableTaskClient client) =>
        client.ScheduleNewOrchestrationInstanceAsync("Wait", null, new StartOrchestrationOptions("one"));

    private static void AddTasks(DurableTaskRegistry tasks) =>
        tasks.AddOrchestratorFunc<string>("Wait", async context => await context.WaitForExternalEvent<string>("go"));
}

public sealed class UnstartedEngineWithCache() : UnstartedEngineCases(256);

public sealed class UnstartedEngineWithReplay() : UnstartedEngineCases(0);
