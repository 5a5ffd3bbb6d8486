namespace MultiAgentInfra.EmbeddedRuntime.Tests.Behaviour;

/// <summary>Starts that name the statuses in which an id may not be used again.</summary>
public abstract class Deduplication(StartHost start) : BehaviourSuite(start)
{
    private static readonly OrchestrationRuntimeStatus[] All = [.. StartOrchestrationOptionsExtensions.ValidDedupeStatuses];

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
    [Encodes(Sources.Singletons, "There is a potential race condition in the singleton pattern")]
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
}
