namespace MultiAgentInfra.EmbeddedRuntime.Tests.Durable;

public abstract class ManagementCases(int cached)
{
    [Fact]
    public async Task A_terminated_instance_has_the_given_output()
    {
        await using var engine = await StartWaitingAsync();
        var id = await RunningAsync(engine);
        await engine.Client.TerminateInstanceAsync(id, "enough");
        var result = await engine.FinishAsync(id);
        Assert.Equal(OrchestrationRuntimeStatus.Terminated, result.RuntimeStatus);
        Assert.Equal("enough", result.ReadOutputAs<string>());
    }

    [Theory]
    [InlineData(false, OrchestrationRuntimeStatus.Running)]
    [InlineData(true, OrchestrationRuntimeStatus.Terminated)]
    public async Task Termination_reaches_children_only_when_it_is_recursive(bool recursive, OrchestrationRuntimeStatus child)
    {
        await using var engine = await TestEngine.StartAsync(cached, tasks => tasks
            .AddOrchestratorFunc("Parent", context => context.CallSubOrchestratorAsync("Wait", options: new SubOrchestrationOptions(instanceId: "kid")))
            .AddOrchestratorFunc<string>("Wait", async context => await context.WaitForExternalEvent<string>("go")));
        var parent = await engine.Client.ScheduleNewOrchestrationInstanceAsync("Parent");
        await engine.WaitForStatusAsync("kid", OrchestrationRuntimeStatus.Running);
        await engine.Client.TerminateInstanceAsync(parent, new TerminateInstanceOptions(Recursive: recursive));
        await engine.FinishAsync(parent);
        await engine.WaitForStatusAsync("kid", child);
    }

    [Fact]
    public async Task Terminating_an_unknown_or_finished_instance_does_nothing()
    {
        await using var engine = await StartWaitingAsync();
        await engine.Client.TerminateInstanceAsync("nobody");
        var id = await RunningAsync(engine);
        await engine.Client.RaiseEventAsync(id, "go", "done");
        await engine.FinishAsync(id);
        await engine.Client.TerminateInstanceAsync(id);
        Assert.Equal(OrchestrationRuntimeStatus.Completed, (await engine.FinishAsync(id)).RuntimeStatus);
    }

    [Fact]
    public async Task A_start_and_a_termination_that_meet_leave_a_terminated_instance()
    {
        await using var engine = await StartWaitingAsync();
        for (var round = 0; round < 20; round++)
        {
            var id = await engine.Client.ScheduleNewOrchestrationInstanceAsync("Wait");
            await engine.Client.TerminateInstanceAsync(id);
            Assert.Equal(OrchestrationRuntimeStatus.Terminated, (await engine.FinishAsync(id)).RuntimeStatus);
        }
    }

    [Fact]
    public async Task A_terminated_instance_ignores_the_result_of_its_running_activity()
    {
        var release = new TaskCompletionSource();
        await using var engine = await TestEngine.StartAsync(cached, tasks => tasks
            .AddOrchestratorFunc("Run", context => context.CallActivityAsync("Slow"))
            .AddActivityFunc("Slow", _ => release.Task));
        var id = await RunningAsync(engine, "Run");
        await engine.Client.TerminateInstanceAsync(id);
        await engine.FinishAsync(id);
        release.SetResult();
        await engine.RestartAsync();
        Assert.Equal(OrchestrationRuntimeStatus.Terminated, (await engine.FinishAsync(id)).RuntimeStatus);
    }

    [Fact]
    public async Task A_suspended_instance_holds_its_events_until_it_is_resumed()
    {
        await using var engine = await StartWaitingAsync();
        var id = await RunningAsync(engine);
        await engine.Client.SuspendInstanceAsync(id, "maintenance");
        await engine.WaitForStatusAsync(id, OrchestrationRuntimeStatus.Suspended);
        await engine.Client.RaiseEventAsync(id, "go", "held");
        await engine.RestartAsync();
        Assert.Equal(OrchestrationRuntimeStatus.Suspended, (await engine.Client.GetInstanceAsync(id))!.RuntimeStatus);
        await engine.Client.ResumeInstanceAsync(id);
        Assert.Equal("held", (await engine.FinishAsync(id)).ReadOutputAs<string>());
    }

    [Fact]
    public async Task An_activity_that_ends_during_a_suspension_is_taken_up_at_the_resume()
    {
        var release = new TaskCompletionSource();
        await using var engine = await TestEngine.StartAsync(cached, tasks => tasks
            .AddOrchestratorFunc<string>("Run", context => context.CallActivityAsync<string>("Slow")!)
            .AddActivityFunc<string>("Slow", async _ =>
            {
                await release.Task;
                return "done";
            }));
        var id = await RunningAsync(engine, "Run");
        await engine.Client.SuspendInstanceAsync(id);
        await engine.WaitForStatusAsync(id, OrchestrationRuntimeStatus.Suspended);
        release.SetResult();
        await engine.Client.ResumeInstanceAsync(id);
        Assert.Equal("done", (await engine.FinishAsync(id)).ReadOutputAs<string>());
    }

    [Fact]
    public async Task A_suspended_instance_can_be_terminated()
    {
        await using var engine = await StartWaitingAsync();
        var id = await RunningAsync(engine);
        await engine.Client.SuspendInstanceAsync(id);
        await engine.Client.TerminateInstanceAsync(id);
        Assert.Equal(OrchestrationRuntimeStatus.Terminated, (await engine.FinishAsync(id)).RuntimeStatus);
    }

    [Fact]
    public async Task A_custom_status_is_visible_while_the_instance_runs()
    {
        await using var engine = await TestEngine.StartAsync(cached, tasks => tasks.AddOrchestratorFunc<string>("Run", async context =>
        {
            context.SetCustomStatus("waiting");
            await context.WaitForExternalEvent<string>("go");
            context.SetCustomStatus("done");
            return "";
        }));
        var id = await engine.Client.ScheduleNewOrchestrationInstanceAsync("Run");
        await engine.WaitForCustomStatusAsync(id, "waiting");
        await engine.Client.RaiseEventAsync(id, "go", "");
        Assert.Equal("done", (await engine.FinishAsync(id)).ReadCustomStatusAs<string>());
    }

    [Fact]
    public async Task A_wait_for_an_unknown_instance_says_so()
    {
        await using var engine = await StartWaitingAsync();
        await Assert.ThrowsAsync<ArgumentException>(() => engine.Client.WaitForInstanceCompletionAsync("nobody"));
        Assert.Null(await engine.Client.GetInstanceAsync("nobody"));
    }

    [Fact]
    public async Task A_wait_ends_with_its_token()
    {
        await using var engine = await StartWaitingAsync();
        var id = await RunningAsync(engine);
        using var cancelled = new CancellationTokenSource();
        var wait = engine.Client.WaitForInstanceCompletionAsync(id, cancelled.Token);
        await cancelled.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => wait);
    }

    private static async Task<string> RunningAsync(TestEngine engine, string name = "Wait")
    {
        var id = await engine.Client.ScheduleNewOrchestrationInstanceAsync(name);
        await engine.Client.WaitForInstanceStartAsync(id);
        return id;
    }

    private Task<TestEngine> StartWaitingAsync() => TestEngine.StartAsync(
        cached, tasks => tasks.AddOrchestratorFunc<string>("Wait", async context => await context.WaitForExternalEvent<string>("go")));
}

public sealed class ManagementWithCache() : ManagementCases(256);

public sealed class ManagementWithReplay() : ManagementCases(0);
