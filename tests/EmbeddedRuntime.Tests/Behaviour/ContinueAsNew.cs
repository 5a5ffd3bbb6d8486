namespace MultiAgentInfra.EmbeddedRuntime.Tests.Behaviour;

public abstract class ContinueAsNew(StartHost start) : BehaviourSuite(start)
{
    [Fact]
    [Encodes(Sources.Patterns, "ContinueAsNew")]
    public async Task An_orchestration_starts_over_with_a_new_input()
    {
        await using var host = await StartAsync(tasks => tasks
            .AddOrchestratorFunc<int, int>("Count", async (context, number) =>
            {
                var next = await context.CallActivityAsync<int>("Add", number);
                if (next < 10)
                    context.ContinueAsNew(next);
                return next;
            })
            .AddActivityFunc<int, int>("Add", (_, number) => number + 1));
        var result = await host.RunAsync("Count", 0);
        Assert.Equal((10, 9), (result.ReadOutputAs<int>(), result.ReadInputAs<int>()));
    }

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

    [Fact]
    [Encodes(Sources.CoreContext, "orchestrationStatus == OrchestrationStatus.Failed")]
    public async Task A_failure_after_the_call_fails_the_instance()
    {
        await using var host = await StartAsync(context =>
        {
            context.ContinueAsNew();
            throw new InvalidOperationException("after the call");
        });
        Assert.Equal("after the call", (await host.RunAsync("Run")).FailureDetails!.ErrorMessage);
    }

    [Fact]
    [Encodes(Sources.CoreContext, "ContinueAsNewCore")]
    public async Task The_last_of_two_calls_counts()
    {
        await using var host = await StartAsync(tasks => tasks.AddOrchestratorFunc<string, string>("Run", (context, input) =>
        {
            if (input is not null)
                return input;
            context.ContinueAsNew("first");
            context.ContinueAsNew("second");
            return null;
        }));
        Assert.Equal("second", (await host.RunAsync("Run")).ReadOutputAs<string>());
    }

    [Fact]
    [Encodes(Sources.Eternal, "cancel")]
    public async Task A_cancelled_timer_of_the_former_execution_never_fires_in_the_new()
    {
        await using var host = await StartAsync(tasks => tasks.AddOrchestratorFunc<bool, string>("Run", async (context, again) =>
        {
            if (again)
            {
                var begin = context.CurrentUtcDateTime;
                await context.CreateTimer(TimeSpan.FromMilliseconds(600), CancellationToken.None);
                return $"{context.CurrentUtcDateTime - begin >= TimeSpan.FromMilliseconds(600)}";
            }

            using var cancellation = new CancellationTokenSource();
            var timer = context.CreateTimer(TimeSpan.FromMilliseconds(200), cancellation.Token);
            cancellation.Cancel();
            context.ContinueAsNew(true);
            return $"{timer.IsCanceled}";
        }));
        var id = await host.BeginAsync("Run", false);
        await host.LetTimePassAsync(TimeSpan.FromMilliseconds(600));
        Assert.Equal("True", await host.OutputAsync(id));
    }

    [Fact]
    [Encodes(Sources.CoreDispatcher, "carryOverStatus")]
    [OfficialHostDiffers("Its dispatcher clears the custom status of an execution that sets none; DurableTask.Core's carries it over.")]
    public async Task The_custom_status_survives_a_new_start()
    {
        await using var host = await StartAsync(tasks => tasks.AddOrchestratorFunc<bool, string>("Run", (context, again) =>
        {
            if (again)
                return "done";
            context.SetCustomStatus("seen");
            context.ContinueAsNew(true);
            return null;
        }));
        Assert.Equal("seen", (await host.RunAsync("Run", false)).ReadCustomStatusAs<string>());
    }

    [Fact]
    [Encodes(Sources.CoreDispatcher, "ParentInstance")]
    public async Task A_sub_orchestration_that_starts_over_still_answers_its_parent()
    {
        await using var host = await StartAsync(tasks => tasks
            .AddOrchestratorFunc<string>("Parent", context => context.CallSubOrchestratorAsync<string>("Child", 0)!)
            .AddOrchestratorFunc<int, string>("Child", (context, round) =>
            {
                if (round == 3)
                    return context.Parent!.Name;
                context.ContinueAsNew(round + 1);
                return null;
            }));
        Assert.Equal("Parent", (await host.RunAsync("Parent")).ReadOutputAs<string>());
    }

    [Fact]
    [Encodes(Sources.Patterns, "ContinueAsNewWithNewVersion")]
    public async Task A_new_start_may_change_the_version()
    {
        await using var host = await StartAsync(tasks => tasks.AddOrchestratorFunc<string>("Run", context =>
        {
            if (context.Version.Length == 0)
                context.ContinueAsNew(new ContinueAsNewOptions { NewVersion = "2.0" });
            return context.Version;
        }));
        Assert.Equal("2.0", (await host.RunAsync("Run")).ReadOutputAs<string>());
    }

    [Fact]
    [Encodes(Sources.HostTests, "SingleInstance_ManyContinueAsNewIterations_CompletesCorrectly")]
    public async Task Tags_and_the_creation_time_stay_over_many_new_starts()
    {
        await using var host = await StartAsync(tasks => tasks.AddOrchestratorFunc<int, int>("Run", (context, round) =>
        {
            if (round < 50)
                context.ContinueAsNew(round + 1);
            return round;
        }));
        var options = new StartOrchestrationOptions("one") { Tags = new Dictionary<string, string> { ["owner"] = "ada" } };
        await host.Client.ScheduleNewOrchestrationInstanceAsync("Run", 0, options);
        var result = await host.FinishAsync("one");
        Assert.Equal((50, "ada"), (result.ReadOutputAs<int>(), result.Tags["owner"]));
        Assert.True(result.CreatedAt <= result.LastUpdatedAt);
    }
}
