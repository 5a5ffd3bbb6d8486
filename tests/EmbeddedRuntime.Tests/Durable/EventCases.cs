namespace MultiAgentInfra.EmbeddedRuntime.Tests.Durable;

public abstract class EventCases(int cached)
{
    [Fact]
    public async Task An_event_wakes_its_wait()
    {
        await using var engine = await StartAsync(async context => await context.WaitForExternalEvent<string>("go"));
        var id = await engine.Client.ScheduleNewOrchestrationInstanceAsync("Run");
        await engine.WaitForStatusAsync(id, OrchestrationRuntimeStatus.Running);
        await engine.Client.RaiseEventAsync(id, "go", "now");
        Assert.Equal("now", (await engine.FinishAsync(id)).ReadOutputAs<string>());
    }

    [Fact]
    public async Task An_event_that_comes_before_its_wait_is_kept_over_a_restart()
    {
        await using var engine = await StartAsync(async context =>
        {
            await context.WaitForExternalEvent<string>("first");
            return await context.WaitForExternalEvent<string>("second");
        });
        var id = await engine.Client.ScheduleNewOrchestrationInstanceAsync("Run");
        await engine.Client.RaiseEventAsync(id, "second", "early");
        await engine.RestartAsync();
        await engine.Client.RaiseEventAsync(id, "first", "late");
        Assert.Equal("early", (await engine.FinishAsync(id)).ReadOutputAs<string>());
    }

    [Fact]
    public async Task Event_names_are_compared_without_regard_to_case()
    {
        await using var engine = await StartAsync(async context => await context.WaitForExternalEvent<string>("Approved"));
        var id = await engine.Client.ScheduleNewOrchestrationInstanceAsync("Run");
        await engine.Client.RaiseEventAsync(id, "APPROVED", "yes");
        Assert.Equal("yes", (await engine.FinishAsync(id)).ReadOutputAs<string>());
    }

    [Fact]
    public async Task Events_of_one_name_are_taken_in_the_order_in_which_they_came()
    {
        await using var engine = await StartAsync(async context =>
        {
            var taken = "";
            for (var index = 0; index < 5; index++)
                taken += await context.WaitForExternalEvent<int>("number");
            return taken;
        });
        var id = await engine.Client.ScheduleNewOrchestrationInstanceAsync("Run");
        for (var number = 0; number < 5; number++)
            await engine.Client.RaiseEventAsync(id, "number", number);
        Assert.Equal("01234", (await engine.FinishAsync(id)).ReadOutputAs<string>());
    }

    [Fact]
    public async Task A_wait_with_a_timeout_is_cancelled_when_no_event_comes()
    {
        await using var engine = await StartAsync(async context =>
        {
            try
            {
                return await context.WaitForExternalEvent<string>("go", TimeSpan.FromMinutes(1));
            }
            catch (OperationCanceledException)
            {
                return "timed out";
            }
        });
        var id = await engine.Client.ScheduleNewOrchestrationInstanceAsync("Run");
        await engine.AdvanceAsync(TimeSpan.FromMinutes(1));
        Assert.Equal("timed out", (await engine.FinishAsync(id)).ReadOutputAs<string>());
    }

    [Fact]
    public async Task A_wait_with_a_timeout_gets_an_event_in_time_and_leaves_no_alarm()
    {
        await using var engine = await StartAsync(async context => await context.WaitForExternalEvent<string>("go", TimeSpan.FromMinutes(1)));
        var id = await engine.Client.ScheduleNewOrchestrationInstanceAsync("Run");
        await TestEngine.EventuallyAsync(() => Task.FromResult(engine.Clock.NextTimer is not null));
        await engine.Client.RaiseEventAsync(id, "go", "in time");
        Assert.Equal("in time", (await engine.FinishAsync(id)).ReadOutputAs<string>());
    }

    [Fact]
    public async Task An_event_after_a_cancelled_wait_goes_to_the_next_wait()
    {
        await using var engine = await StartAsync(async context =>
        {
            try
            {
                await context.WaitForExternalEvent<string>("go", TimeSpan.FromMinutes(1));
            }
            catch (OperationCanceledException)
            {
                return await context.WaitForExternalEvent<string>("go");
            }

            return "no timeout";
        });
        var id = await engine.Client.ScheduleNewOrchestrationInstanceAsync("Run");
        await engine.AdvanceAsync(TimeSpan.FromMinutes(1));
        await engine.Client.RaiseEventAsync(id, "go", "second wait");
        Assert.Equal("second wait", (await engine.FinishAsync(id)).ReadOutputAs<string>());
    }

    [Fact]
    public async Task The_newest_of_two_waits_is_served_first()
    {
        await using var engine = await StartAsync(async context =>
        {
            var older = context.WaitForExternalEvent<string>("go");
            var newer = context.WaitForExternalEvent<string>("go");
            return $"{await newer} {await older}";
        });
        var id = await engine.Client.ScheduleNewOrchestrationInstanceAsync("Run");
        await engine.Client.RaiseEventAsync(id, "go", "first");
        await engine.Client.RaiseEventAsync(id, "go", "second");
        Assert.Equal("first second", (await engine.FinishAsync(id)).ReadOutputAs<string>());
    }

    [Fact]
    public async Task Events_without_a_payload_and_of_value_types_arrive()
    {
        await using var engine = await StartAsync(async context =>
            $"{await context.WaitForExternalEvent<int>("number")} {await context.WaitForExternalEvent<string?>("text") ?? "nothing"}");
        var id = await engine.Client.ScheduleNewOrchestrationInstanceAsync("Run");
        await engine.Client.RaiseEventAsync(id, "number");
        await engine.Client.RaiseEventAsync(id, "text");
        Assert.Equal("0 nothing", (await engine.FinishAsync(id)).ReadOutputAs<string>());
    }

    [Fact]
    public async Task An_event_for_an_unknown_or_finished_instance_is_dropped()
    {
        await using var engine = await StartAsync(_ => Task.FromResult<string?>("done"));
        await engine.Client.RaiseEventAsync("nobody", "go");
        var finished = await engine.RunAsync("Run");
        await engine.Client.RaiseEventAsync(finished.InstanceId, "go");
        Assert.Equal("done", (await engine.FinishAsync(finished.InstanceId)).ReadOutputAs<string>());
    }

    [Fact]
    public async Task An_orchestration_sends_an_event_to_another()
    {
        await using var engine = await TestEngine.StartAsync(cached, tasks => tasks
            .AddOrchestratorFunc<string>("Listen", async context => await context.WaitForExternalEvent<string>("hello"))
            .AddOrchestratorFunc<string, string>("Say", (context, target) =>
            {
                context.SendEvent(target!, "hello", "from a friend");
                return "sent";
            }));
        var listener = await engine.Client.ScheduleNewOrchestrationInstanceAsync("Listen");
        await engine.RunAsync("Say", listener);
        Assert.Equal("from a friend", (await engine.FinishAsync(listener)).ReadOutputAs<string>());
    }

    private Task<TestEngine> StartAsync(Func<TaskOrchestrationContext, Task<string?>> orchestrator) =>
        TestEngine.StartAsync(cached, tasks => tasks.AddOrchestratorFunc("Run", orchestrator));
}

public sealed class EventsWithCache() : EventCases(256);

public sealed class EventsWithReplay() : EventCases(0);
