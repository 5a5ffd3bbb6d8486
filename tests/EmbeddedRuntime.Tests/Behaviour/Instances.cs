namespace MultiAgentInfra.EmbeddedRuntime.Tests.Behaviour;

/// <summary>Ids: given, generated, reused and restarted.</summary>
public abstract class Instances(StartHost start) : BehaviourSuite(start)
{
    [Fact]
    [Encodes(Sources.GrpcClient, "Guid.NewGuid")]
    public async Task An_instance_without_an_id_gets_one_of_its_own()
    {
        await using var host = await StartEchoAsync();
        var ids = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => host.Client.ScheduleNewOrchestrationInstanceAsync("Echo", "x")));
        Assert.Equal(10, ids.Distinct().Count());
    }

    [Fact]
    [Encodes(Sources.Client, "depends")]
    [OfficialHostDiffers("Without dedupe statuses it starts a running instance anew; the Functions host refuses, as ours does.")]
    public async Task A_running_id_is_refused()
    {
        await using var host = await StartEchoAsync();
        await host.BeginAsync("Wait", "first", "one");
        await RefusesExistingAsync(() => host.BeginAsync("Wait", "second", "one"));
        await host.Client.RaiseEventAsync("one", "go", "undisturbed");
        var result = await host.FinishAsync("one");
        Assert.Equal(("first", "undisturbed"), (result.ReadInputAs<string>(), result.ReadOutputAs<string>()));
    }

    [Theory]
    [InlineData(OrchestrationRuntimeStatus.Completed)]
    [InlineData(OrchestrationRuntimeStatus.Failed)]
    [InlineData(OrchestrationRuntimeStatus.Terminated)]
    [Encodes(Sources.Client, "a new orchestration may be recreated automatically")]
    public async Task A_finished_id_is_used_again_by_default(OrchestrationRuntimeStatus finished)
    {
        await using var host = await StartEchoAsync();
        await EndAsync(host, "one", finished);
        await host.Client.ScheduleNewOrchestrationInstanceAsync("Echo", "second", new StartOrchestrationOptions("one"));
        var result = await host.FinishAsync("one");
        Assert.Equal((OrchestrationRuntimeStatus.Completed, "second"), (result.RuntimeStatus, result.ReadOutputAs<string>()));
        Assert.Null(result.FailureDetails);
    }

    [Fact]
    [Encodes(Sources.ExtensionIssues + "1380", "Orchestration stuck in Pending state due to start / termination race condition")]
    public async Task A_reused_id_does_not_stay_pending_when_events_meet_its_start()
    {
        await using var host = await StartEchoAsync();
        for (var round = 0; round < 20; round++)
        {
            await host.Client.ScheduleNewOrchestrationInstanceAsync("Wait", null, new StartOrchestrationOptions("one"));
            await host.Client.RaiseEventAsync("one", "go", $"{round}");
            Assert.Equal($"{round}", await host.OutputAsync("one"));
        }
    }

    [Fact]
    [Encodes(Sources.ExtensionIssues + "1380", "it discards both the terminate and the start messages")]
    public async Task A_reused_id_does_not_stay_pending_when_a_termination_meets_its_start()
    {
        await using var host = await StartEchoAsync();
        await EndAsync(host, "one", OrchestrationRuntimeStatus.Completed);
        for (var round = 0; round < 20; round++)
        {
            await host.Client.ScheduleNewOrchestrationInstanceAsync("Wait", null, new StartOrchestrationOptions("one"));
            await host.Client.TerminateInstanceAsync("one");
            Assert.Equal(OrchestrationRuntimeStatus.Terminated, (await host.FinishAsync("one")).RuntimeStatus);
        }
    }

    [Fact]
    [Encodes(Sources.ExtensionIssues + "1379", "Termination Requests/External messages while an instance is pending can lead to stuck orchestrations")]
    public async Task A_start_and_a_termination_that_meet_leave_a_terminated_instance()
    {
        await using var host = await StartEchoAsync();
        for (var round = 0; round < 20; round++)
        {
            var id = await host.Client.ScheduleNewOrchestrationInstanceAsync("Wait");
            await host.Client.TerminateInstanceAsync(id);
            Assert.Equal(OrchestrationRuntimeStatus.Terminated, (await host.FinishAsync(id)).RuntimeStatus);
        }
    }

    [Fact]
    [Encodes(Sources.Client, "Raised events for a completed or non-existent orchestration instance will be silently discarded")]
    public async Task An_event_of_the_former_run_does_not_reach_the_run_that_has_its_id_now()
    {
        await using var host = await StartEchoAsync();
        await host.BeginAsync("Wait", null, "one");
        await host.Client.RaiseEventAsync("one", "other", "former");
        await host.Client.RaiseEventAsync("one", "go", "former");
        await host.FinishAsync("one");
        await host.Client.RaiseEventAsync("one", "go", "too late");
        await host.BeginAsync("Wait", null, "one");
        await host.Client.RaiseEventAsync("one", "go", "new");
        Assert.Equal("new", await host.OutputAsync("one"));
    }

    [Fact]
    [Encodes(Sources.MemoryService, "stale activity")]
    public async Task A_late_result_of_the_former_run_is_not_taken_for_one_of_the_new()
    {
        var former = new TaskCompletionSource<string?>();
        var current = new TaskCompletionSource<string?>();
        var ended = new TaskCompletionSource();
        await using var host = await StartAsync(tasks => tasks
            .AddOrchestratorFunc<bool, string>("Run", (context, again) => context.CallActivityAsync<string>(again ? "New" : "Old")!)
            .AddActivityFunc<string>("Old", async _ =>
            {
                var result = await former.Task;
                ended.SetResult();
                return result;
            })
            .AddActivityFunc<string>("New", _ => current.Task));
        await host.BeginAsync("Run", false, "one");
        await host.Client.TerminateInstanceAsync("one");
        await host.FinishAsync("one");
        await host.BeginAsync("Run", true, "one");
        former.SetResult("old");
        await ended.Task;
        current.SetResult("new");
        Assert.Equal("new", await host.OutputAsync("one"));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    [Encodes(Sources.ClientTests, "RestartAsync_EndToEnd")]
    public async Task A_restart_runs_a_finished_instance_again_with_its_input(bool withNewId)
    {
        await using var host = await StartEchoAsync();
        var id = (await host.RunAsync("Echo", "x")).InstanceId;
        var again = await host.Client.RestartAsync(id, restartWithNewInstanceId: withNewId);
        Assert.Equal(withNewId, again != id);
        Assert.Equal("x", await host.OutputAsync(again));
    }

    [Fact]
    [Encodes(Sources.ClientTests, "RestartAsync_InstanceNotFound_ThrowsArgumentException")]
    public async Task A_restart_of_an_unknown_instance_is_refused()
    {
        await using var host = await StartEchoAsync();
        await Assert.ThrowsAsync<ArgumentException>(() => host.Client.RestartAsync("nobody"));
    }

    [Fact]
    [Encodes(Sources.GrpcClient, "cannot be restarted")]
    [OfficialHostDiffers("Its server answers with an internal error, which its client does not translate.")]
    public async Task A_restart_of_a_running_instance_is_refused()
    {
        await using var host = await StartEchoAsync();
        await host.BeginAsync("Wait", null, "one");
        await Assert.ThrowsAnyAsync<InvalidOperationException>(() => host.Client.RestartAsync("one"));
    }
}
