namespace MultiAgentInfra.EmbeddedRuntime.Tests.Behaviour;

/// <summary>Ids: given, generated, reused and restarted.</summary>
public abstract class Instances(StartHost start) : BehaviourSuite(start)
{
    private static readonly OrchestrationRuntimeStatus[] All = [.. StartOrchestrationOptionsExtensions.ValidDedupeStatuses];

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
    [Encodes(Sources.Instances, "instance ID")]
    public async Task A_finished_id_is_used_again_by_default(OrchestrationRuntimeStatus finished)
    {
        await using var host = await StartEchoAsync();
        await EndAsync(host, "one", finished);
        await host.Client.ScheduleNewOrchestrationInstanceAsync("Echo", "second", new StartOrchestrationOptions("one"));
        var result = await host.FinishAsync("one");
        Assert.Equal((OrchestrationRuntimeStatus.Completed, "second"), (result.RuntimeStatus, result.ReadOutputAs<string>()));
        Assert.Null(result.FailureDetails);
    }

    [Theory]
    [InlineData(OrchestrationRuntimeStatus.Completed)]
    [InlineData(OrchestrationRuntimeStatus.Failed)]
    [InlineData(OrchestrationRuntimeStatus.Terminated)]
    [Encodes(Sources.ClientTests, "ScheduleNewOrchestrationInstance_WithDedupeStatuses_ThrowsWhenInstanceExists")]
    public async Task A_dedupe_status_refuses_a_finished_id_too(OrchestrationRuntimeStatus finished)
    {
        await using var host = await StartEchoAsync();
        await EndAsync(host, "one", finished);
        await RefusesExistingAsync(() =>
            host.Client.ScheduleNewOrchestrationInstanceAsync("Echo", "second", new StartOrchestrationOptions("one").WithDedupeStatuses(All)));
        Assert.Equal(finished, (await host.FinishAsync("one")).RuntimeStatus);
    }

    [Fact]
    [Encodes(Sources.ClientTests, "ScheduleNewOrchestrationInstance_WithMultipleDedupeStatuses_ThrowsWhenAnyStatusMatches")]
    public async Task A_dedupe_status_refuses_a_running_id()
    {
        await using var host = await StartEchoAsync();
        await host.BeginAsync("Wait", "first", "one");
        await RefusesExistingAsync(() =>
            host.Client.ScheduleNewOrchestrationInstanceAsync("Echo", "second", new StartOrchestrationOptions("one").WithDedupeStatuses(All)));
        Assert.Equal(OrchestrationRuntimeStatus.Running, (await host.Client.GetInstanceAsync("one"))!.RuntimeStatus);
    }

    [Fact]
    [Encodes(Sources.ClientTests, "ScheduleNewOrchestrationInstance_WithDedupeStatuses_AllowsReplacementWhenStatusNotInDedupeList")]
    public async Task A_finished_id_outside_of_the_dedupe_statuses_is_used_again()
    {
        await using var host = await StartEchoAsync();
        await EndAsync(host, "one", OrchestrationRuntimeStatus.Completed);
        var options = new StartOrchestrationOptions("one").WithDedupeStatuses(OrchestrationRuntimeStatus.Failed, OrchestrationRuntimeStatus.Running);
        await host.Client.ScheduleNewOrchestrationInstanceAsync("Echo", "second", options);
        Assert.Equal("second", await host.OutputAsync("one"));
    }

    [Fact]
    [Encodes(Sources.ShimClient, "TerminateTaskOrchestrationWithReusableRunningStatusAndWaitAsync")]
    [OfficialHostDiffers("It starts the running instance anew without terminating it, so that its parent is told nothing.")]
    public async Task A_running_id_outside_of_the_dedupe_statuses_is_terminated_and_used_again()
    {
        await using var host = await StartAsync(tasks => tasks
            .AddOrchestratorFunc<string, string>("Echo", (_, input) => input)
            .AddOrchestratorFunc<string>("Wait", async context => await context.WaitForExternalEvent<string>("go"))
            .AddOrchestratorFunc<string>("Parent", async context =>
            {
                try
                {
                    return await context.CallSubOrchestratorAsync<string>("Wait", options: new SubOrchestrationOptions(instanceId: "one"));
                }
                catch (TaskFailedException)
                {
                    return "told";
                }
            }));
        var parent = await host.BeginAsync("Parent");
        await host.ReachAsync("one", OrchestrationRuntimeStatus.Running);
        await host.Client.ScheduleNewOrchestrationInstanceAsync("Echo", "second", new StartOrchestrationOptions("one").WithDedupeStatuses());
        Assert.Equal("second", await host.OutputAsync("one"));
        Assert.Equal("told", await host.OutputAsync(parent));
    }

    [Fact]
    [Encodes(Sources.ShimClient, "Invalid dedupe statuses: cannot include 'Terminated'")]
    [OfficialHostDiffers("Its server does not check this; the shim client and the Functions host do.")]
    public async Task Dedupe_statuses_that_contradict_themselves_are_refused()
    {
        await using var host = await StartEchoAsync();
        var options = new StartOrchestrationOptions("one").WithDedupeStatuses(OrchestrationRuntimeStatus.Terminated);
        await Assert.ThrowsAsync<ArgumentException>(() => host.Client.ScheduleNewOrchestrationInstanceAsync("Echo", "x", options));
    }

    [Theory]
    [InlineData("Finished")]
    [InlineData("")]
    [Encodes(Sources.GrpcClient, "Invalid orchestration runtime status")]
    public async Task An_unknown_dedupe_status_is_refused(string status)
    {
        await using var host = await StartEchoAsync();
        var options = new StartOrchestrationOptions("one") { DedupeStatuses = [status] };
        await Assert.ThrowsAsync<ArgumentException>(() => host.Client.ScheduleNewOrchestrationInstanceAsync("Echo", "x", options));
    }

    [Fact]
    [Encodes(Sources.GrpcClient, "ignoreCase: true")]
    public async Task Dedupe_statuses_are_read_without_regard_to_case()
    {
        await using var host = await StartEchoAsync();
        await EndAsync(host, "one", OrchestrationRuntimeStatus.Completed);
        var options = new StartOrchestrationOptions("one") { DedupeStatuses = ["completed", "RUNNING"] };
        await RefusesExistingAsync(() => host.Client.ScheduleNewOrchestrationInstanceAsync("Echo", "x", options));
    }

    [Fact]
    [Encodes(Sources.Singletons, "race condition")]
    public async Task Of_many_starts_at_once_exactly_one_wins()
    {
        await using var host = await StartEchoAsync();
        var starts = Enumerable.Range(0, 50).Select(async number =>
        {
            try
            {
                await host.Client.ScheduleNewOrchestrationInstanceAsync("Wait", number, new StartOrchestrationOptions("one").WithDedupeStatuses(All));
                return 1;
            }
            catch (Exception exception) when (exception.GetType().Name == "OrchestrationAlreadyExistsException")
            {
                return 0;
            }
        });
        Assert.Equal(1, (await Task.WhenAll(starts)).Sum());
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
    [Encodes(Sources.Instances, "event")]
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

    private static async Task EndAsync(DurableHost host, string instanceId, OrchestrationRuntimeStatus status)
    {
        await host.BeginAsync(status == OrchestrationRuntimeStatus.Failed ? "Nobody" : "Wait", "first", instanceId);
        if (status == OrchestrationRuntimeStatus.Completed)
            await host.Client.RaiseEventAsync(instanceId, "go", "first");
        if (status == OrchestrationRuntimeStatus.Terminated)
            await host.Client.TerminateInstanceAsync(instanceId);
        Assert.Equal(status, (await host.FinishAsync(instanceId)).RuntimeStatus);
    }

    private Task<DurableHost> StartEchoAsync() => StartAsync(tasks => tasks
        .AddOrchestratorFunc<string, string>("Echo", (_, input) => input)
        .AddOrchestratorFunc<object, string>("Wait", async (context, _) => await context.WaitForExternalEvent<string>("go")));
}
