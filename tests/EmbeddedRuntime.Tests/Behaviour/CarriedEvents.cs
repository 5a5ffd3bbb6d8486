namespace MultiAgentInfra.EmbeddedRuntime.Tests.Behaviour;

/// <summary>Events that meet a new start.</summary>
public abstract class CarriedEvents(StartHost start) : BehaviourSuite(start)
{
    [Theory]
    [InlineData(true, "0,1,2,3,4,5,")]
    [InlineData(false, "0,")]
    [Encodes(Sources.Contract, "preserveUnprocessedEvents")]
    public async Task Unprocessed_events_are_kept_or_dropped_as_asked(bool keep, string expected)
    {
        await using var host = await StartAsync(tasks => tasks.AddOrchestratorFunc<string, string>("Collect", async (context, taken) =>
        {
            // The gate holds the orchestration until all numbers wait in its buffer.
            if (taken is null)
                await context.WaitForExternalEvent<string>("gate");
            else
                context.SetCustomStatus(taken);
            var next = taken + await context.WaitForExternalEvent<string>("number") + ",";
            if (next.EndsWith("5,", StringComparison.Ordinal) || next.EndsWith("last,", StringComparison.Ordinal))
                return next.Replace("last,", "", StringComparison.Ordinal);
            context.ContinueAsNew(next, keep);
            return next;
        }));
        var id = await host.BeginAsync("Collect");
        for (var number = 0; number <= 5; number++)
            await host.Client.RaiseEventAsync(id, "number", $"{number}");
        await host.Client.RaiseEventAsync(id, "gate", "open");
        if (!keep)
        {
            await host.ShowAsync(id, "0,");
            await host.Client.RaiseEventAsync(id, "number", "last");
        }

        Assert.Equal(expected, await host.OutputAsync(id));
    }

    [Fact]
    [Encodes(Sources.CoreContext, "AddEventToNextIteration")]
    public async Task An_event_after_the_call_is_the_next_executions_even_when_the_unprocessed_are_dropped()
    {
        await using var host = await StartAsync(tasks => tasks
            .AddOrchestratorFunc<bool, string>("Run", async (context, again) =>
            {
                if (again)
                    return await context.WaitForExternalEvent<string>("go");
                context.ContinueAsNew(true, preserveUnprocessedEvents: false);
                context.SetCustomStatus("called");
                await context.CreateTimer(TimeSpan.FromMilliseconds(500), CancellationToken.None);
                return "";
            }));
        var id = await host.BeginAsync("Run", false);
        await host.ShowAsync(id, "called");
        await host.Client.RaiseEventAsync(id, "go", "after the call");
        await host.LetTimePassAsync(TimeSpan.FromMilliseconds(500));
        Assert.Equal("after the call", await host.OutputAsync(id));
    }

    [Fact]
    [Encodes(Sources.CoreContext, "eventProcessor(eventsWhileSuspended.Dequeue())")]
    public async Task An_event_that_a_suspension_held_until_after_the_call_is_the_next_executions_too()
    {
        await using var host = await StartAsync(tasks => tasks.AddOrchestratorFunc<bool, string>("Run", async (context, again) =>
        {
            var next = await context.WaitForExternalEvent<string>("go");
            if (!again)
                context.ContinueAsNew(true, preserveUnprocessedEvents: false);
            return next;
        }));
        var id = await host.BeginAsync("Run", false);
        await host.Client.SuspendInstanceAsync(id);
        await host.ReachAsync(id, OrchestrationRuntimeStatus.Suspended);
        await host.Client.RaiseEventAsync(id, "go", "first");
        await host.Client.RaiseEventAsync(id, "go", "second");
        await host.Client.ResumeInstanceAsync(id);
        Assert.Equal("second", await host.OutputAsync(id));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    [Encodes(Sources.SdkIssues + "387", "External events may be lost when using ContinueAsNew")]
    public async Task No_event_is_lost_while_an_orchestration_keeps_starting_over(bool withTimers)
    {
        await using var host = await StartAsync(tasks => tasks.AddOrchestratorFunc<int, int>("Sum", async (context, seen) =>
        {
            await context.WaitForExternalEvent<int>("tick");
            if (withTimers)
                await context.CreateTimer(TimeSpan.Zero, CancellationToken.None);
            if (seen + 1 < 100)
                context.ContinueAsNew(seen + 1);
            return seen + 1;
        }));
        var id = await host.Client.ScheduleNewOrchestrationInstanceAsync("Sum", 0);
        await Task.WhenAll(Enumerable.Range(0, 100).Select(number => host.Client.RaiseEventAsync(id, "tick", number)));
        Assert.Equal(100, (await host.FinishAsync(id)).ReadOutputAs<int>());
    }

    [Fact]
    [Encodes(Sources.ExtensionIssues + "67", "Message loss due to race conditions with ContinueAsNew")]
    public async Task Events_one_after_the_other_meet_every_moment_of_a_new_start()
    {
        await using var host = await StartAsync(tasks => tasks
            .AddOrchestratorFunc<string, string>("Run", async (context, taken) =>
            {
                await context.CallActivityAsync("Nothing");
                var next = taken + await context.WaitForExternalEvent<string>("letter");
                if (next.Length < 26)
                    context.ContinueAsNew(next);
                return next;
            })
            .AddActivityFunc("Nothing", _ => { }));
        var id = await host.BeginAsync("Run", "");
        for (var letter = 'a'; letter <= 'z'; letter++)
            await host.Client.RaiseEventAsync(id, "letter", $"{letter}");
        Assert.Equal("abcdefghijklmnopqrstuvwxyz", string.Concat((await host.OutputAsync(id))!.Order()));
    }

    [Fact]
    [Encodes(Sources.ExtensionIssues + "676", "events that are in the queue are not being raised")]
    public async Task Events_that_were_kept_while_an_activity_ran_reach_the_next_executions_in_order()
    {
        var release = new TaskCompletionSource();
        await using var host = await StartAsync(tasks => tasks
            .AddOrchestratorFunc<string, string>("Run", async (context, taken) =>
            {
                var next = taken + await context.WaitForExternalEvent<string>("letter");
                await context.CallActivityAsync("Handle");
                if (next.Length < 4)
                    context.ContinueAsNew(next);
                return next;
            })
            .AddActivityFunc("Handle", _ => release.Task));
        var id = await host.BeginAsync("Run", "");
        foreach (var letter in new[] { "a", "b", "c", "d" })
            await host.Client.RaiseEventAsync(id, "letter", letter);
        release.SetResult();
        Assert.Equal("abcd", await host.OutputAsync(id));
    }

    [Fact]
    [Encodes(Sources.ExtensionIssues + "1676", "Event raised before ContinueAsNew")]
    public async Task Events_of_every_name_are_kept()
    {
        await using var host = await StartAsync(tasks => tasks.AddOrchestratorFunc<bool, string>("Run", async (context, again) =>
        {
            if (again)
                return await context.WaitForExternalEvent<string>("a") + await context.WaitForExternalEvent<string>("b") + await context.WaitForExternalEvent<string>("c");
            await context.WaitForExternalEvent<string>("gate");
            context.ContinueAsNew(true);
            return "";
        }));
        var id = await host.BeginAsync("Run", false);
        foreach (var name in new[] { "c", "a", "b", "gate" })
            await host.Client.RaiseEventAsync(id, name, name);
        Assert.Equal("abc", await host.OutputAsync(id));
    }
}
