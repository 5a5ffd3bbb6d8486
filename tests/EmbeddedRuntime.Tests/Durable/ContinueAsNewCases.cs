namespace MultiAgentInfra.EmbeddedRuntime.Tests.Durable;

public abstract class ContinueAsNewCases(int cached)
{
    [Fact]
    public async Task An_orchestration_starts_over_with_a_new_input_and_a_short_history()
    {
        await using var engine = await TestEngine.StartAsync(cached, tasks => tasks
            .AddOrchestratorFunc<int, int>("Count", async (context, number) =>
            {
                var next = await context.CallActivityAsync<int>("Add", number);
                if (next < 10)
                    context.ContinueAsNew(next);
                return next;
            })
            .AddActivityFunc<int, int>("Add", (_, number) => number + 1));
        var result = await engine.RunAsync("Count", 0);
        Assert.Equal(10, result.ReadOutputAs<int>());
        Assert.Equal(9, result.ReadInputAs<int>());
    }

    [Theory]
    [InlineData(true, "0,1,2,3,4,5,")]
    [InlineData(false, "0,")]
    public async Task Unprocessed_events_are_kept_or_dropped_as_asked(bool keep, string expected)
    {
        await using var engine = await TestEngine.StartAsync(cached, tasks => tasks.AddOrchestratorFunc<string, string>("Collect", async (context, taken) =>
        {
            // The gate holds the orchestration until all numbers wait in its buffer.
            if (taken is null)
                await context.WaitForExternalEvent<string>("gate");
            var next = taken + await context.WaitForExternalEvent<string>("number") + ",";
            if (next.EndsWith("5,", StringComparison.Ordinal) || next.EndsWith("last,", StringComparison.Ordinal))
                return next.Replace("last,", "", StringComparison.Ordinal);
            context.ContinueAsNew(next, keep);
            return next;
        }));
        var id = await engine.Client.ScheduleNewOrchestrationInstanceAsync("Collect");
        for (var number = 0; number <= 5; number++)
            await engine.Client.RaiseEventAsync(id, "number", $"{number}");
        await engine.Client.RaiseEventAsync(id, "gate", "open");
        if (!keep)
        {
            await TestEngine.EventuallyAsync(async () => (await engine.Client.GetInstanceAsync(id, true))!.SerializedInput is not null);
            await engine.Client.RaiseEventAsync(id, "number", "last");
        }

        Assert.Equal(expected, (await engine.FinishAsync(id)).ReadOutputAs<string>());
    }

    [Fact]
    public async Task No_event_is_lost_while_an_orchestration_keeps_starting_over()
    {
        await using var engine = await TestEngine.StartAsync(cached, tasks => tasks.AddOrchestratorFunc<int, int>("Sum", async (context, seen) =>
        {
            await context.WaitForExternalEvent<int>("tick");
            if (seen + 1 < 100)
                context.ContinueAsNew(seen + 1);
            return seen + 1;
        }));
        var id = await engine.Client.ScheduleNewOrchestrationInstanceAsync("Sum", 0);
        await Task.WhenAll(Enumerable.Range(0, 100).Select(number => engine.Client.RaiseEventAsync(id, "tick", number)));
        Assert.Equal(100, (await engine.FinishAsync(id)).ReadOutputAs<int>());
    }

    [Fact]
    public async Task A_late_result_of_the_former_execution_is_not_taken_for_one_of_the_new()
    {
        var release = new TaskCompletionSource();
        await using var engine = await TestEngine.StartAsync(cached, tasks => tasks
            .AddOrchestratorFunc<bool, string>("Run", async (context, again) =>
            {
                if (again)
                    return await context.CallActivityAsync<string>("New");
                _ = context.CallActivityAsync<string>("Old");
                context.ContinueAsNew(true);
                return null;
            })
            .AddActivityFunc<string>("Old", async _ =>
            {
                await release.Task;
                return "old";
            })
            .AddActivityFunc<string>("New", async _ =>
            {
                release.SetResult();
                await Task.Yield();
                return "new";
            }));
        Assert.Equal("new", (await engine.RunAsync("Run", false)).ReadOutputAs<string>());
    }

    [Fact]
    public async Task The_custom_status_and_the_parent_survive_a_new_start()
    {
        await using var engine = await TestEngine.StartAsync(cached, tasks => tasks
            .AddOrchestratorFunc<string>("Parent", context => context.CallSubOrchestratorAsync<string>("Child", false, new SubOrchestrationOptions(instanceId: "kid"))!)
            .AddOrchestratorFunc<bool, string>("Child", (context, again) =>
            {
                if (again)
                    return context.Parent!.Name;
                context.SetCustomStatus("seen");
                context.ContinueAsNew(true);
                return null;
            }));
        Assert.Equal("Parent", (await engine.RunAsync("Parent")).ReadOutputAs<string>());
        Assert.Equal("seen", (await engine.Client.GetInstanceAsync("kid", true))!.ReadCustomStatusAs<string>());
    }

    [Fact]
    public async Task A_new_start_may_change_the_version()
    {
        await using var engine = await TestEngine.StartAsync(cached, tasks => tasks.AddOrchestratorFunc<string>("Run", context =>
        {
            if (context.Version.Length == 0)
                context.ContinueAsNew(new ContinueAsNewOptions { NewVersion = "2.0" });
            return context.Version;
        }));
        Assert.Equal("2.0", (await engine.RunAsync("Run")).ReadOutputAs<string>());
    }
}

public sealed class ContinueAsNewWithCache() : ContinueAsNewCases(256);

public sealed class ContinueAsNewWithReplay() : ContinueAsNewCases(0);
