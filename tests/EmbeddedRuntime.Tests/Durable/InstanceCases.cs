using MultiAgentInfra.EmbeddedRuntime.Engine;

namespace MultiAgentInfra.EmbeddedRuntime.Tests.Durable;

public sealed class InstanceCases
{
    private static readonly OrchestrationRuntimeStatus[] Finished =
        [OrchestrationRuntimeStatus.Completed, OrchestrationRuntimeStatus.Failed, OrchestrationRuntimeStatus.Terminated];

    [Fact]
    public async Task A_running_id_is_refused_and_a_finished_one_is_replaced()
    {
        await using var engine = await StartAsync();
        var one = new StartOrchestrationOptions("one");
        await engine.Client.ScheduleNewOrchestrationInstanceAsync("Wait", "first", one);
        await Assert.ThrowsAsync<OrchestrationAlreadyExistsException>(() => engine.Client.ScheduleNewOrchestrationInstanceAsync("Wait", "second", one));
        await engine.Client.RaiseEventAsync("one", "go", "a");
        await engine.FinishAsync("one");
        await engine.Client.ScheduleNewOrchestrationInstanceAsync("Wait", "third", one);
        await engine.Client.RaiseEventAsync("one", "go", "b");
        var result = await engine.FinishAsync("one");
        Assert.Equal(("third", "b"), (result.ReadInputAs<string>(), result.ReadOutputAs<string>()));
    }

    [Fact]
    public async Task A_dedupe_status_refuses_a_finished_id_too()
    {
        await using var engine = await StartAsync();
        await engine.Client.ScheduleNewOrchestrationInstanceAsync("Echo", "first", new StartOrchestrationOptions("one"));
        await engine.FinishAsync("one");
        var options = new StartOrchestrationOptions("one").WithDedupeStatuses(Finished);
        await Assert.ThrowsAsync<OrchestrationAlreadyExistsException>(() => engine.Client.ScheduleNewOrchestrationInstanceAsync("Echo", "second", options));
        Assert.Equal("first", (await engine.FinishAsync("one")).ReadOutputAs<string>());
    }

    [Fact]
    public async Task What_an_orchestrator_throws_outside_of_its_task_fails_it_alone_and_not_the_engine()
    {
        await using var engine = await TestEngine.StartAsync(256, tasks => tasks
            .AddOrchestratorFunc("Stray", context =>
            {
                FireAndForget(context);
                return context.WaitForExternalEvent<string?>("go");
            })
            .AddOrchestratorFunc<string, string>("Echo", (_, input) => Task.FromResult(input)));
        var id = await engine.Client.ScheduleNewOrchestrationInstanceAsync("Stray");

        Assert.Equal("still here", (await engine.RunAsync("Echo", "still here")).ReadOutputAs<string>());

        var stray = await engine.FinishAsync(id);
        Assert.Equal(OrchestrationRuntimeStatus.Failed, stray.RuntimeStatus);
        Assert.Contains("lost", stray.FailureDetails?.ErrorMessage, StringComparison.Ordinal);
        Assert.False(engine.Failed.IsCompleted);

        static async void FireAndForget(TaskOrchestrationContext context)
        {
            await context.CreateTimer(TimeSpan.Zero, CancellationToken.None);
            throw new InvalidOperationException("lost");
        }
    }

    [Fact]
    public async Task Of_many_starts_at_once_exactly_one_wins()
    {
        await using var engine = await StartAsync();
        var starts = Enumerable.Range(0, 50).Select(async number =>
        {
            try
            {
                await engine.Client.ScheduleNewOrchestrationInstanceAsync("Wait", number, new StartOrchestrationOptions("one").WithDedupeStatuses(Finished));
                return 1;
            }
            catch (OrchestrationAlreadyExistsException)
            {
                return 0;
            }
        });
        Assert.Equal(1, (await Task.WhenAll(starts)).Sum());
    }

    [Fact]
    public async Task An_unknown_dedupe_status_is_refused()
    {
        await using var engine = await StartAsync();
        var options = new StartOrchestrationOptions("one") { DedupeStatuses = ["Finished"] };
        await Assert.ThrowsAsync<ArgumentException>(() => engine.Client.ScheduleNewOrchestrationInstanceAsync("Echo", "x", options));
    }

    [Fact]
    public async Task A_start_in_the_future_is_pending_until_then_and_keeps_its_events()
    {
        await using var engine = await StartAsync();
        var options = new StartOrchestrationOptions("later", engine.Clock.GetUtcNow().AddHours(1));
        await engine.Client.ScheduleNewOrchestrationInstanceAsync("Wait", null, options);
        await engine.Client.RaiseEventAsync("later", "go", "early");
        await engine.RestartAsync();
        Assert.Equal(OrchestrationRuntimeStatus.Pending, (await engine.Client.GetInstanceAsync("later"))!.RuntimeStatus);
        await engine.AdvanceAsync(TimeSpan.FromHours(1));
        Assert.Equal("early", (await engine.FinishAsync("later")).ReadOutputAs<string>());
    }

    [Fact]
    public async Task A_pending_instance_can_be_terminated_and_never_starts()
    {
        await using var engine = await StartAsync();
        await engine.Client.ScheduleNewOrchestrationInstanceAsync("Echo", "x", new StartOrchestrationOptions("later", engine.Clock.GetUtcNow().AddHours(1)));
        await engine.Client.TerminateInstanceAsync("later");
        Assert.Equal(OrchestrationRuntimeStatus.Terminated, (await engine.FinishAsync("later")).RuntimeStatus);
        engine.Clock.Advance(TimeSpan.FromHours(2));
        await engine.RestartAsync();
        Assert.Equal(OrchestrationRuntimeStatus.Terminated, (await engine.FinishAsync("later")).RuntimeStatus);
    }

    [Fact]
    public async Task Versions_choose_the_orchestrator_and_fall_back_to_the_unversioned()
    {
        await using var engine = await TestEngine.StartAsync(256, tasks => tasks
            .AddOrchestratorFunc<object, string>("Run", default, (context, _) => Task.FromResult<string?>("any " + context.Version))
            .AddOrchestratorFunc<object, string>("Run", "2.0", (context, _) => Task.FromResult<string?>($"two {context.CompareVersionTo("1.9")}")));
        await engine.Client.ScheduleNewOrchestrationInstanceAsync("Run", new StartOrchestrationOptions("a") { Version = "2.0" });
        await engine.Client.ScheduleNewOrchestrationInstanceAsync("Run", new StartOrchestrationOptions("b") { Version = "3.0" });
        Assert.Equal("two 1", (await engine.FinishAsync("a")).ReadOutputAs<string>());
        Assert.Equal("any 3.0", (await engine.FinishAsync("b")).ReadOutputAs<string>());
    }

    [Fact]
    public async Task Tags_and_times_are_part_of_the_metadata()
    {
        await using var engine = await StartAsync();
        var options = new StartOrchestrationOptions("one") { Tags = new Dictionary<string, string> { ["owner"] = "ada" } };
        await engine.Client.ScheduleNewOrchestrationInstanceAsync("Echo", "x", options);
        var result = await engine.FinishAsync("one");
        Assert.Equal("ada", result.Tags["owner"]);
        Assert.Equal(engine.Clock.GetUtcNow(), result.CreatedAt);
    }

    [Fact]
    public async Task Inputs_are_only_there_when_they_were_asked_for()
    {
        await using var engine = await StartAsync();
        var id = (await engine.RunAsync("Echo", "x")).InstanceId;
        var metadata = await engine.Client.GetInstanceAsync(id);
        Assert.Null(metadata!.SerializedInput);
        Assert.Throws<InvalidOperationException>(() => metadata.ReadOutputAs<string>());
    }

    [Fact]
    public async Task A_restart_runs_a_finished_instance_again_with_its_input()
    {
        await using var engine = await StartAsync();
        var id = (await engine.RunAsync("Echo", "x")).InstanceId;
        var copy = await engine.Client.RestartAsync(id, restartWithNewInstanceId: true);
        Assert.NotEqual(id, copy);
        Assert.Equal("x", (await engine.FinishAsync(copy)).ReadOutputAs<string>());
        await Assert.ThrowsAsync<ArgumentException>(() => engine.Client.RestartAsync("nobody"));
    }

    [Fact]
    public async Task A_purge_removes_finished_instances_only()
    {
        await using var engine = await StartAsync();
        var done = (await engine.RunAsync("Echo", "x")).InstanceId;
        var running = await engine.Client.ScheduleNewOrchestrationInstanceAsync("Wait");
        Assert.Equal(1, (await engine.Client.PurgeInstanceAsync(done)).PurgedInstanceCount);
        Assert.Equal(0, (await engine.Client.PurgeInstanceAsync(done)).PurgedInstanceCount);
        Assert.Equal(0, (await engine.Client.PurgeInstanceAsync(running)).PurgedInstanceCount);
        Assert.Null(await engine.Client.GetInstanceAsync(done));
        Assert.NotNull(await engine.Client.GetInstanceAsync(running));
    }

    private static Task<TestEngine> StartAsync() => TestEngine.StartAsync(256, tasks => tasks
        .AddOrchestratorFunc<string, string>("Echo", (_, input) => input)
        .AddOrchestratorFunc<string>("Wait", async context => await context.WaitForExternalEvent<string>("go")));
}
