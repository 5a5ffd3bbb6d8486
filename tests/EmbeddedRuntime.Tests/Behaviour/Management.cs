namespace MultiAgentInfra.EmbeddedRuntime.Tests.Behaviour;

/// <summary>Terminating, suspending and resuming.</summary>
public abstract class Management(StartHost start) : BehaviourSuite(start)
{
    private static readonly TimeSpan Short = TimeSpan.FromMilliseconds(300);

    [Fact]
    [Encodes(Sources.Patterns, "Termination")]
    public async Task A_terminated_instance_has_the_given_output()
    {
        await using var host = await StartAsync(WaitForGo);
        var id = await host.BeginAsync();
        await host.Client.TerminateInstanceAsync(id, "enough");
        var result = await host.FinishAsync(id);
        Assert.Equal((OrchestrationRuntimeStatus.Terminated, "enough"), (result.RuntimeStatus, result.ReadOutputAs<string>()));
    }

    [Theory]
    [InlineData(false, OrchestrationRuntimeStatus.Completed)]
    [InlineData(true, OrchestrationRuntimeStatus.Terminated)]
    [Encodes(Sources.Client, "Recursive")]
    [OfficialHostDiffers("Its server does not pass the recursive flag on.")]
    public async Task Termination_reaches_the_sub_orchestrations_only_when_it_is_recursive(bool recursive, OrchestrationRuntimeStatus expected)
    {
        await using var host = await StartAsync(tasks => tasks
            .AddOrchestratorFunc("Parent", context => context.CallSubOrchestratorAsync("Middle", options: new SubOrchestrationOptions(instanceId: "middle")))
            .AddOrchestratorFunc("Middle", context => context.CallSubOrchestratorAsync("Wait", options: new SubOrchestrationOptions(instanceId: "kid")))
            .AddOrchestratorFunc<string>("Wait", async context => await context.WaitForExternalEvent<string>("go")));
        var parent = await host.BeginAsync("Parent");
        await host.ReachAsync("kid", OrchestrationRuntimeStatus.Running);
        await host.Client.TerminateInstanceAsync(parent, new TerminateInstanceOptions(Recursive: recursive));
        await host.FinishAsync(parent);
        if (!recursive)
            await host.Client.RaiseEventAsync("kid", "go", "on");
        Assert.Equal((expected, expected), ((await host.FinishAsync("kid")).RuntimeStatus, (await host.FinishAsync("middle")).RuntimeStatus));
    }

    [Fact]
    [Encodes(Sources.Client, "Attempting to terminate a completed or non-existent orchestration instance will fail silently")]
    public async Task Terminating_a_finished_instance_does_nothing()
    {
        await using var host = await StartAsync(_ => Task.FromResult<string?>("done"));
        var id = (await host.RunAsync("Run")).InstanceId;
        await host.Client.TerminateInstanceAsync(id, "too late");
        var after = await host.FinishAsync(id);
        Assert.Equal((OrchestrationRuntimeStatus.Completed, "done"), (after.RuntimeStatus, after.ReadOutputAs<string>()));
    }

    [Fact]
    [Encodes(Sources.Client, "Attempting to terminate a completed or non-existent orchestration instance will fail silently")]
    [OfficialHostDiffers("It keeps the message in a state without an instance, which its dispatcher cannot run.")]
    public async Task Terminating_suspending_and_resuming_nobody_does_nothing()
    {
        await using var host = await StartAsync(WaitForGo);
        await host.Client.TerminateInstanceAsync("nobody");
        await host.Client.SuspendInstanceAsync("nobody");
        await host.Client.ResumeInstanceAsync("nobody");
        Assert.Null(await host.Client.GetInstanceAsync("nobody"));
    }

    [Fact]
    [Encodes(Sources.CoreContext, "this.executionCompletedOrTerminated")]
    public async Task Terminating_twice_keeps_the_first_output()
    {
        await using var host = await StartAsync(WaitForGo);
        var id = await host.BeginAsync();
        await host.Client.TerminateInstanceAsync(id, "first");
        await host.Client.TerminateInstanceAsync(id, "second");
        Assert.Equal("first", await host.OutputAsync(id));
    }

    [Fact]
    [Encodes(Sources.Client, "has no effect on any in-flight activity function executions")]
    public async Task Termination_does_not_stop_a_running_activity_and_ignores_its_result()
    {
        var release = new TaskCompletionSource();
        var ended = new TaskCompletionSource();
        await using var host = await StartAsync(tasks => tasks
            .AddOrchestratorFunc("Run", context => context.CallActivityAsync("Slow"))
            .AddActivityFunc("Slow", async _ =>
            {
                await release.Task;
                ended.SetResult();
            }));
        var id = await host.BeginAsync();
        await host.Client.TerminateInstanceAsync(id);
        await host.FinishAsync(id);
        release.SetResult();
        await ended.Task;
        Assert.Equal(OrchestrationRuntimeStatus.Terminated, (await host.FinishAsync(id)).RuntimeStatus);
    }

    [Fact]
    [Encodes(Sources.ClientTests, "SuspendAndResumeInstance_EndToEnd")]
    public async Task A_suspended_instance_holds_its_events_until_it_is_resumed()
    {
        await using var host = await StartAsync(WaitForGo);
        var id = await SuspendedAsync(host);
        await host.Client.RaiseEventAsync(id, "go", "held");
        Assert.Equal(OrchestrationRuntimeStatus.Suspended, (await host.Client.GetInstanceAsync(id))!.RuntimeStatus);
        await host.Client.ResumeInstanceAsync(id, "back again");
        Assert.Equal("held", await host.OutputAsync(id));
    }

    [Fact]
    [Encodes(Sources.CoreContext, "eventsWhileSuspended")]
    public async Task What_a_suspension_holds_comes_in_its_order()
    {
        await using var host = await StartAsync(async context =>
            await context.WaitForExternalEvent<string>("part") + await context.WaitForExternalEvent<string>("part") + await context.WaitForExternalEvent<string>("part"));
        var id = await SuspendedAsync(host);
        foreach (var part in new[] { "a", "b", "c" })
            await host.Client.RaiseEventAsync(id, "part", part);
        await host.Client.ResumeInstanceAsync(id);
        Assert.Equal("abc", await host.OutputAsync(id));
    }

    [Fact]
    [Encodes(Sources.CoreExecutor, "overrideSuspension")]
    public async Task A_suspension_and_what_it_holds_outlive_a_restart()
    {
        await using var host = await StartAsync(WaitForGo);
        var id = await SuspendedAsync(host);
        await host.Client.RaiseEventAsync(id, "go", "held");
        await host.RestartAsync();
        Assert.Equal(OrchestrationRuntimeStatus.Suspended, (await host.Client.GetInstanceAsync(id))!.RuntimeStatus);
        await host.Client.ResumeInstanceAsync(id);
        Assert.Equal("held", await host.OutputAsync(id));
    }

    [Fact]
    [Encodes(Sources.CoreContext, "HandleEventWhileSuspended")]
    public async Task An_activity_that_ends_during_a_suspension_is_taken_up_at_the_resume()
    {
        var release = new TaskCompletionSource();
        await using var host = await StartAsync(tasks => tasks
            .AddOrchestratorFunc<string>("Run", context => context.CallActivityAsync<string>("Slow")!)
            .AddActivityFunc<string>("Slow", async _ =>
            {
                await release.Task;
                return "done";
            }));
        var id = await SuspendedAsync(host);
        release.SetResult();
        await host.Client.ResumeInstanceAsync(id);
        Assert.Equal("done", await host.OutputAsync(id));
    }

    [Fact]
    [Encodes(Sources.CoreContext, "HandleExecutionResumedEvent")]
    public async Task A_timer_that_fires_during_a_suspension_is_taken_up_at_the_resume()
    {
        await using var host = await StartAsync(async context =>
        {
            await context.CreateTimer(Short, CancellationToken.None);
            return "awake";
        });
        var id = await SuspendedAsync(host);
        await host.LetTimePassAsync(Short);
        Assert.Equal(OrchestrationRuntimeStatus.Suspended, (await host.Client.GetInstanceAsync(id))!.RuntimeStatus);
        await host.Client.ResumeInstanceAsync(id);
        Assert.Equal("awake", await host.OutputAsync(id));
    }

    [Fact]
    [Encodes(Sources.CoreExecutor, "EventType.ExecutionTerminated")]
    public async Task A_suspended_instance_can_be_terminated()
    {
        await using var host = await StartAsync(WaitForGo);
        var id = await SuspendedAsync(host);
        await host.Client.TerminateInstanceAsync(id);
        Assert.Equal(OrchestrationRuntimeStatus.Terminated, (await host.FinishAsync(id)).RuntimeStatus);
    }

    [Fact]
    [Encodes(Sources.CoreContext, "historyEvent.EventType != EventType.ExecutionSuspended")]
    public async Task One_resume_ends_any_number_of_suspensions()
    {
        await using var host = await StartAsync(WaitForGo);
        var id = await SuspendedAsync(host);
        await host.Client.SuspendInstanceAsync(id);
        await host.Client.ResumeInstanceAsync(id);
        await host.ReachAsync(id, OrchestrationRuntimeStatus.Running);
        await host.Client.RaiseEventAsync(id, "go", "on");
        Assert.Equal("on", await host.OutputAsync(id));
    }

    [Fact]
    [Encodes(Sources.ClientTests, "ResumeInstance_NotSuspended_NoError")]
    public async Task Resuming_what_is_not_suspended_does_nothing()
    {
        await using var host = await StartAsync(WaitForGo);
        var id = await host.BeginAsync();
        await host.Client.ResumeInstanceAsync(id);
        await host.Client.RaiseEventAsync(id, "go", "on");
        Assert.Equal("on", await host.OutputAsync(id));
    }

    [Fact]
    [Encodes(Sources.ClientTests, "SuspendInstance_AlreadyCompleted_NoError")]
    public async Task Suspending_a_finished_instance_does_nothing()
    {
        await using var host = await StartAsync(_ => Task.FromResult<string?>("done"));
        var id = (await host.RunAsync("Run")).InstanceId;
        await host.Client.SuspendInstanceAsync(id);
        Assert.Equal(OrchestrationRuntimeStatus.Completed, (await host.FinishAsync(id)).RuntimeStatus);
    }

    private static async Task<string?> WaitForGo(TaskOrchestrationContext context) => await context.WaitForExternalEvent<string>("go");

    private static async Task<string> SuspendedAsync(DurableHost host)
    {
        var id = await host.BeginAsync();
        await host.Client.SuspendInstanceAsync(id, "maintenance");
        await host.ReachAsync(id, OrchestrationRuntimeStatus.Suspended);
        return id;
    }
}
