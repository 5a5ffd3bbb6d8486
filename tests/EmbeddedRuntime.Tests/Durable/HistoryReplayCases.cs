using MultiAgentInfra.EmbeddedRuntime.Engine;

namespace MultiAgentInfra.EmbeddedRuntime.Tests.Durable;

public sealed class HistoryReplayCases
{
    [Theory]
    [InlineData("Parent", OrchestrationRuntimeStatus.Completed)]
    [InlineData("Child", OrchestrationRuntimeStatus.Completed)]
    [InlineData("Throw", OrchestrationRuntimeStatus.Failed)]
    [InlineData("Foreign", OrchestrationRuntimeStatus.Failed)]
    [InlineData("Unknown", OrchestrationRuntimeStatus.Failed)]
    [InlineData("Race", OrchestrationRuntimeStatus.Completed)]
    [InlineData("Again", OrchestrationRuntimeStatus.Completed)]
    public async Task What_has_ended_replays_to_its_end(string orchestrator, OrchestrationRuntimeStatus end)
    {
        await using var engine = await TestEngine.StartAsync(256, AddTasks);
        var id = await engine.Client.ScheduleNewOrchestrationInstanceAsync(orchestrator, 2, new StartOrchestrationOptions("i"));
        Assert.Equal(end, (await engine.FinishAsync(id)).RuntimeStatus);

        var history = Export(engine, id);

        Assert.Equal(end, history.Status);
        Replay(history, AddTasks);
    }

    [Fact]
    public async Task What_waits_replays_to_its_wait_suspended_or_not_and_then_to_its_termination()
    {
        await using var engine = await TestEngine.StartAsync(256, AddTasks);
        var id = await engine.Client.ScheduleNewOrchestrationInstanceAsync("Listen");
        await engine.WaitForCustomStatusAsync(id, "waits");
        Replay(Export(engine, id), AddTasks);

        await engine.Client.SuspendInstanceAsync(id, "lunch");
        await engine.WaitForStatusAsync(id, OrchestrationRuntimeStatus.Suspended);
        var suspended = Export(engine, id);
        Assert.Equal(OrchestrationRuntimeStatus.Suspended, suspended.Status);
        Replay(suspended, AddTasks);
        Assert.Throws<NonDeterministicOrchestrationException>(() => Replay(suspended with { Status = OrchestrationRuntimeStatus.Running }, AddTasks));

        await engine.Client.TerminateInstanceAsync(id, "enough");
        await engine.FinishAsync(id);
        Replay(Export(engine, id), AddTasks);
    }

    [Fact]
    public async Task Code_that_asks_for_another_step_is_reported_with_the_expected_and_the_actual_one()
    {
        var history = await RunAsync("Child");

        var other = Assert.Throws<NonDeterministicOrchestrationException>(() => Replay(history, tasks => tasks
            .AddOrchestratorFunc<int, int>("Child", (context, input) => context.CallActivityAsync<int>("Triple", input))));
        var none = Assert.Throws<NonDeterministicOrchestrationException>(() => Replay(history, tasks => tasks
            .AddOrchestratorFunc<int, int>("Child", (_, input) => Task.FromResult(2 * input))));

        Assert.Contains("'Child' did not replay its history: expected activity 'Double' (#0), actual activity 'Triple' (#0)", other.Message);
        Assert.Contains("'Child' did not replay its history: expected activity 'Double' (#0), actual no further step", none.Message);
    }

    [Fact]
    public async Task Code_that_ends_in_another_way_is_reported_with_both_ends()
    {
        var history = await RunAsync("Child");

        Assert.Contains("expected the end as Completed with 4, actual the end as Completed with 5", Mismatch(async context => await context.CallActivityAsync<int>("Double", 2) + 1));
        Assert.Contains("expected the end as Completed with 4, actual the end as Failed with System.IO.IOException: later", Mismatch(async context =>
        {
            await context.CallActivityAsync<int>("Double", 2);
            throw new IOException("later");
        }));
        Assert.Contains("expected the end as Completed with 4, actual a wait", Mismatch(async context =>
        {
            await context.CallActivityAsync<int>("Double", 2);
            return await context.CallActivityAsync<int>("Double", 2);
        }));

        string Mismatch(Func<TaskOrchestrationContext, Task<int>> code) =>
            Assert.Throws<NonDeterministicOrchestrationException>(() => Replay(history, tasks => tasks.AddOrchestratorFunc("Child", code))).Message;
    }

    [Fact]
    public async Task Code_that_goes_on_where_its_history_waits_is_reported()
    {
        await using var engine = await TestEngine.StartAsync(256, AddTasks);
        var id = await engine.Client.ScheduleNewOrchestrationInstanceAsync("Listen");
        await engine.WaitForCustomStatusAsync(id, "waits");
        var history = Export(engine, id);

        var more = Assert.Throws<NonDeterministicOrchestrationException>(() => Replay(history, tasks => tasks.AddOrchestratorFunc<int>("Listen", async context =>
            await context.CallActivityAsync<int>("Double", 1) + await context.CallActivityAsync<int>("Double", 2))));
        var end = Assert.Throws<NonDeterministicOrchestrationException>(() => Replay(history, tasks => tasks.AddOrchestratorFunc<int>("Listen", _ => Task.FromResult(1))));

        Assert.Contains("expected no further step in that turn, actual activity 'Double' (#0)", more.Message);
        Assert.Contains("expected a wait, actual the end as Completed with 1", end.Message);
    }

    [Fact]
    public async Task An_orchestrator_that_is_no_longer_there_is_reported()
    {
        var history = await RunAsync("Child");
        Assert.Contains(
            "actual the end as Failed with OrchestratorTaskNotFound: No orchestrator task named 'Child' was found.",
            Assert.Throws<NonDeterministicOrchestrationException>(() => Replay(history, _ => { })).Message);
    }

    private static async Task<InstanceHistory> RunAsync(string orchestrator)
    {
        await using var engine = await TestEngine.StartAsync(256, AddTasks);
        var id = await engine.Client.ScheduleNewOrchestrationInstanceAsync(orchestrator, 2);
        await engine.FinishAsync(id);
        return Export(engine, id);
    }

    // By way of a file, as everybody gets it.
    private static InstanceHistory Export(TestEngine engine, string id) =>
        HistoryFile.Parse(HistoryFile.Write(HistoryExport.Read(engine.DatabasePath, id)!), id);

    private static void Replay(InstanceHistory history, Action<DurableTaskRegistry> addTasks)
    {
        var registry = new DurableTaskRegistry();
        addTasks(registry);
        HistoryReplay.Run(history, registry, new NoServices());
    }

    private static void AddTasks(DurableTaskRegistry tasks) => tasks
        .AddActivityFunc<int, int>("Double", (_, input) => 2 * input)
        .AddActivityFunc("Break", _ => throw new IOException("broken"))
        .AddOrchestratorFunc<int, int>("Child", (context, input) => context.CallActivityAsync<int>("Double", input))
        .AddOrchestratorFunc<int, int>("Parent", async (context, input) =>
        {
            context.SendEvent("nobody", "ping", input);
            var children = await Task.WhenAll(Enumerable.Range(0, 3).Select(number => context.CallSubOrchestratorAsync<int>("Child", number)));
            return children.Sum() + await context.CallSubOrchestratorAsync<int>("Child", input, new SubOrchestrationOptions(instanceId: "fixed"));
        })
        .AddOrchestratorFunc("Throw", context => context.CallActivityAsync("Break"))
        .AddOrchestratorFunc("Foreign", async _ => await new TaskCompletionSource().Task)
        .AddOrchestratorFunc<int>("Race", async context =>
        {
            using var cancel = new CancellationTokenSource();
            var timer = context.CreateTimer(context.CurrentUtcDateTime.AddHours(1), cancel.Token);
            var work = context.CallActivityAsync<int>("Double", 1);
            await Task.WhenAny(timer, work);
            cancel.Cancel();
            return await work;
        })
        .AddOrchestratorFunc<int, int>("Again", async (context, input) =>
        {
            var left = await context.CallActivityAsync<int>("Double", input) - input - 1;
            if (left > 0)
                context.ContinueAsNew(left);
            return left;
        })
        .AddOrchestratorFunc<string>("Listen", async context =>
        {
            context.SetCustomStatus("waits");
            return await context.WaitForExternalEvent<string>("go");
        });

    private sealed class NoServices : IServiceProvider
    {
        public object? GetService(Type serviceType) => null;
    }
}
