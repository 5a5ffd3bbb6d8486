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
    [Encodes(Sources.Contract, "The results of any incomplete tasks will be discarded when an orchestrator calls")]
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
