namespace MultiAgentInfra.EmbeddedRuntime.Tests.Behaviour;

public abstract class Events(StartHost start) : BehaviourSuite(start)
{
    [Fact]
    [Encodes(Sources.Patterns, "ExternalEvents")]
    public async Task An_event_wakes_its_wait()
    {
        await using var host = await StartAsync(WaitForGo);
        var id = await host.BeginAsync();
        await host.Client.RaiseEventAsync(id, "go", "now");
        Assert.Equal("now", await host.OutputAsync(id));
    }

    [Fact]
    [Encodes(Sources.EventStack, "EventBuffering_EventArrivesBeforeWaiter_FirstWaiterReceivesBufferedEvent")]
    public async Task An_event_that_comes_before_its_wait_is_kept()
    {
        await using var host = await StartAsync(async context =>
        {
            await context.WaitForExternalEvent<string>("first");
            return await context.WaitForExternalEvent<string>("second");
        });
        var id = await host.BeginAsync();
        await host.Client.RaiseEventAsync(id, "second", "early");
        await host.Client.RaiseEventAsync(id, "first", "late");
        Assert.Equal("early", await host.OutputAsync(id));
    }

    [Fact]
    [Encodes(Sources.Client, "then the event will be saved in the orchestration instance state")]
    public async Task An_early_event_is_kept_over_a_restart()
    {
        await using var host = await StartAsync(async context =>
        {
            await context.WaitForExternalEvent<string>("first");
            return await context.WaitForExternalEvent<string>("second");
        });
        var id = await host.BeginAsync();
        await host.Client.RaiseEventAsync(id, "second", "early");
        await host.RestartAsync();
        await host.Client.RaiseEventAsync(id, "first", "late");
        Assert.Equal("early", await host.OutputAsync(id));
    }

    [Fact]
    [Encodes(Sources.CoreIssues + "720", "External event lost when the durable function is in Pending state")]
    public async Task An_event_raised_at_once_after_the_start_is_not_lost()
    {
        await using var host = await StartAsync(WaitForGo);
        for (var round = 0; round < 20; round++)
        {
            var id = await host.Client.ScheduleNewOrchestrationInstanceAsync("Run");
            await host.Client.RaiseEventAsync(id, "go", $"{round}");
            Assert.Equal($"{round}", await host.OutputAsync(id));
        }
    }

    [Theory]
    [InlineData("Approved", "APPROVED")]
    [InlineData("approved", "Approved")]
    [Encodes(Sources.Client, "Event names are case-insensitive")]
    public async Task Event_names_are_compared_without_regard_to_case(string waited, string raised)
    {
        await using var host = await StartAsync(async context => await context.WaitForExternalEvent<string>(waited));
        var id = await host.BeginAsync();
        await host.Client.RaiseEventAsync(id, raised, "yes");
        Assert.Equal("yes", await host.OutputAsync(id));
    }

    [Fact]
    [Encodes(Sources.EventSource, "OrdinalIgnoreCase")]
    public async Task A_kept_events_name_is_compared_without_regard_to_case_too()
    {
        await using var host = await StartAsync(async context =>
        {
            await context.WaitForExternalEvent<string>("gate");
            return await context.WaitForExternalEvent<string>("approved");
        });
        var id = await host.BeginAsync();
        await host.Client.RaiseEventAsync(id, "APPROVED", "yes");
        await host.Client.RaiseEventAsync(id, "gate");
        Assert.Equal("yes", await host.OutputAsync(id));
    }

    [Fact]
    [Encodes(Sources.EventSource, "queue.Dequeue")]
    public async Task Events_of_one_name_are_taken_in_the_order_in_which_they_came()
    {
        await using var host = await StartAsync(async context =>
        {
            await context.WaitForExternalEvent<string>("gate");
            var taken = "";
            for (var index = 0; index < 5; index++)
                taken += await context.WaitForExternalEvent<int>("number");
            return taken;
        });
        var id = await host.BeginAsync();
        for (var number = 0; number < 5; number++)
            await host.Client.RaiseEventAsync(id, "number", number);
        await host.Client.RaiseEventAsync(id, "gate");
        Assert.Equal("01234", await host.OutputAsync(id));
    }

    [Fact]
    [Encodes(Sources.Client, "will complete just one task")]
    public async Task An_event_that_is_raised_twice_counts_twice()
    {
        await using var host = await StartAsync(async context =>
            await context.WaitForExternalEvent<string>("go") + await context.WaitForExternalEvent<string>("go"));
        var id = await host.BeginAsync();
        await host.Client.RaiseEventAsync(id, "go", "a");
        await host.Client.RaiseEventAsync(id, "go", "a");
        Assert.Equal("aa", await host.OutputAsync(id));
    }

    [Fact]
    [Encodes(Sources.Context, "externalEventBuffer.TryTake")]
    public async Task Events_of_other_names_leave_a_wait_alone()
    {
        await using var host = await StartAsync(async context =>
        {
            var go = await context.WaitForExternalEvent<string>("go");
            return go + await context.WaitForExternalEvent<string>("other");
        });
        var id = await host.BeginAsync();
        await host.Client.RaiseEventAsync(id, "other", "b");
        await host.Client.RaiseEventAsync(id, "other", "c");
        await host.Client.RaiseEventAsync(id, "go", "a");
        Assert.Equal("ab", await host.OutputAsync(id));
    }

    [Theory]
    [InlineData(2)]
    [InlineData(5)]
    [Encodes(Sources.EventStack, "MultipleEvents_MultipleWaiters_LIFOOrder")]
    public async Task The_newest_of_several_waits_is_served_first(int waits)
    {
        await using var host = await StartAsync(async context =>
        {
            var all = Enumerable.Range(0, waits).Select(_ => context.WaitForExternalEvent<int>("number")).ToArray();
            return string.Concat(await Task.WhenAll(all));
        });
        var id = await host.BeginAsync();
        for (var number = 0; number < waits; number++)
            await host.Client.RaiseEventAsync(id, "number", number);
        Assert.Equal(string.Concat(Enumerable.Range(0, waits).Reverse()), await host.OutputAsync(id));
    }

    [Fact]
    [Encodes(Sources.Patterns, "ExternalEventsInParallel")]
    public async Task Many_events_at_once_all_arrive()
    {
        await using var host = await StartAsync(async context =>
        {
            var numbers = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => context.WaitForExternalEvent<int>("number")));
            return $"{numbers.Distinct().Count()}";
        });
        var id = await host.BeginAsync();
        await Task.WhenAll(Enumerable.Range(0, 50).Select(number => host.Client.RaiseEventAsync(id, "number", number)));
        Assert.Equal("50", await host.OutputAsync(id));
    }

    [Fact]
    [Encodes(Sources.Context, "Events with the same name must have the same type argument")]
    public async Task Two_waits_for_one_name_and_two_types_are_refused()
    {
        await using var host = await StartAsync(async context =>
        {
            _ = context.WaitForExternalEvent<string>("go");
            return $"{await context.WaitForExternalEvent<int>("go")}";
        });
        Assert.True((await host.RunAsync("Run")).FailureDetails!.IsCausedBy<ArgumentException>());
    }

    [Fact]
    [Encodes(Sources.Json, "Deserialize")]
    public async Task Events_without_a_payload_arrive_as_null()
    {
        await using var host = await StartAsync(async context =>
            $"{await context.WaitForExternalEvent<int?>("number") ?? -1} {await context.WaitForExternalEvent<string?>("text") ?? "nothing"}");
        var id = await host.BeginAsync();
        await host.Client.RaiseEventAsync(id, "number");
        await host.Client.RaiseEventAsync(id, "text");
        Assert.Equal("-1 nothing", await host.OutputAsync(id));
    }

    [Fact]
    [Encodes(Sources.Client, "Raised events for a completed or non-existent orchestration instance will be silently discarded")]
    public async Task An_event_for_a_finished_instance_is_dropped()
    {
        await using var host = await StartAsync(_ => Task.FromResult<string?>("done"));
        var id = (await host.RunAsync("Run")).InstanceId;
        await host.Client.RaiseEventAsync(id, "go");
        var after = await host.FinishAsync(id);
        Assert.Equal((OrchestrationRuntimeStatus.Completed, "done"), (after.RuntimeStatus, after.ReadOutputAs<string>()));
    }

    [Fact]
    [Encodes(Sources.Client, "Raised events for a completed or non-existent orchestration instance will be silently discarded")]
    [OfficialHostDiffers("It keeps the event in a state without an instance, which its dispatcher cannot run.")]
    public async Task An_event_for_an_instance_that_does_not_exist_yet_is_dropped_and_not_kept_for_it()
    {
        await using var host = await StartAsync(WaitForGo);
        await host.Client.RaiseEventAsync("later", "go", "too early");
        Assert.Null(await host.Client.GetInstanceAsync("later"));
        await host.BeginAsync(instanceId: "later");
        await host.Client.RaiseEventAsync("later", "go", "in time");
        Assert.Equal("in time", await host.OutputAsync("later"));
    }

    private static async Task<string?> WaitForGo(TaskOrchestrationContext context) => await context.WaitForExternalEvent<string>("go");
}
