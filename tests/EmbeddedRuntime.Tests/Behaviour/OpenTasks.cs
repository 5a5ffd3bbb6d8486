namespace MultiAgentInfra.EmbeddedRuntime.Tests.Behaviour;

/// <summary>An orchestration ends when its code has ended and so has every task that it started.</summary>
public abstract class OpenTasks(StartHost start) : BehaviourSuite(start)
{
    private static readonly TimeSpan Short = TimeSpan.FromSeconds(1);

    [Fact]
    [Encodes(Sources.CoreExecutor, "HasOpenTasks")]
    public async Task An_open_timer_keeps_an_orchestration_that_has_returned_running_until_it_fires()
    {
        await using var host = await StartWithOpenTimerAsync();
        var id = await host.BeginAsync();
        Assert.Equal(OrchestrationRuntimeStatus.Running, (await host.Client.GetInstanceAsync(id))!.RuntimeStatus);
        await host.LetTimePassAsync(Short);
        Assert.Equal("returned", await host.OutputAsync(id));
    }

    [Fact]
    [Encodes(Sources.Contract, "must either expire or be cancelled")]
    public async Task A_cancelled_timer_keeps_nothing_running()
    {
        await using var host = await StartAsync(async context =>
        {
            using var cancellation = new CancellationTokenSource();
            var timer = context.CreateTimer(TimeSpan.FromDays(3), cancellation.Token);
            var go = context.WaitForExternalEvent<string>("go");
            var winner = await Task.WhenAny(timer, go);
            cancellation.Cancel();
            return winner == go ? await go : "timed out";
        });
        var id = await host.BeginAsync();
        await host.Client.RaiseEventAsync(id, "go", "in time");
        Assert.Equal("in time", await host.OutputAsync(id));
    }

    [Fact]
    [Encodes(Sources.CoreExecutor, "even if there are open tasks")]
    public async Task An_open_activity_keeps_an_orchestration_that_has_returned_running()
    {
        var release = new TaskCompletionSource();
        await using var host = await StartWithOpenActivityAsync(release.Task);
        var id = await host.BeginAsync();
        Assert.Equal(OrchestrationRuntimeStatus.Running, (await host.Client.GetInstanceAsync(id))!.RuntimeStatus);
        release.SetResult();
        Assert.Equal("returned", await host.OutputAsync(id));
    }

    [Fact]
    [Encodes(Sources.CoreContext, "HasOpenTasks")]
    public async Task An_open_sub_orchestration_keeps_its_parent_running()
    {
        await using var host = await StartAsync(tasks => tasks
            .AddOrchestratorFunc<string>("Run", context =>
            {
                _ = context.CallSubOrchestratorAsync<string>("Child", options: new SubOrchestrationOptions(instanceId: "kid"));
                return "returned";
            })
            .AddOrchestratorFunc<string>("Child", async context => await context.WaitForExternalEvent<string>("go")));
        var id = await host.BeginAsync();
        await host.ReachAsync("kid", OrchestrationRuntimeStatus.Running);
        Assert.Equal(OrchestrationRuntimeStatus.Running, (await host.Client.GetInstanceAsync(id))!.RuntimeStatus);
        await host.Client.RaiseEventAsync("kid", "go");
        Assert.Equal("returned", await host.OutputAsync(id));
    }

    [Fact]
    [Encodes(Sources.CoreExecutor, "HasOpenTasks")]
    public async Task A_wait_for_an_event_keeps_nothing_running()
    {
        await using var host = await StartAsync(context =>
        {
            _ = context.WaitForExternalEvent<string>("never");
            return Task.FromResult<string?>("returned");
        });
        Assert.Equal("returned", (await host.RunAsync("Run")).ReadOutputAs<string>());
    }

    [Fact]
    [Encodes(Sources.CoreExecutor, "FailOrchestration")]
    public async Task A_failure_waits_for_open_tasks_too()
    {
        await using var host = await StartAsync(context =>
        {
            _ = context.CreateTimer(Short, CancellationToken.None);
            throw new InvalidOperationException("thrown early");
        });
        var id = await host.BeginAsync();
        Assert.Equal(OrchestrationRuntimeStatus.Running, (await host.Client.GetInstanceAsync(id))!.RuntimeStatus);
        await host.LetTimePassAsync(Short);
        Assert.Equal("thrown early", (await host.FinishAsync(id)).FailureDetails!.ErrorMessage);
    }

    [Fact]
    [Encodes(Sources.CoreContext, "CompleteOrchestration")]
    public async Task A_new_start_waits_for_open_tasks_too_and_keeps_what_arrives_meanwhile()
    {
        await using var host = await StartAsync(tasks => tasks.AddOrchestratorFunc<bool, string>("Run", async (context, again) =>
        {
            if (again)
                return await context.WaitForExternalEvent<string>("go");
            _ = context.CreateTimer(Short, CancellationToken.None);
            context.ContinueAsNew(true, preserveUnprocessedEvents: false);
            return "";
        }));
        var id = await host.BeginAsync("Run", false);
        await host.Client.RaiseEventAsync(id, "go", "arrived meanwhile");
        await host.LetTimePassAsync(Short);
        Assert.Equal("arrived meanwhile", await host.OutputAsync(id));
    }

    [Fact]
    [Encodes(Sources.CoreContext, "HandleExecutionTerminatedEvent")]
    public async Task A_termination_waits_for_nothing()
    {
        var release = new TaskCompletionSource();
        await using var host = await StartWithOpenActivityAsync(release.Task);
        var id = await host.BeginAsync();
        await host.Client.TerminateInstanceAsync(id);
        Assert.Equal(OrchestrationRuntimeStatus.Terminated, (await host.FinishAsync(id)).RuntimeStatus);
        release.SetResult();
    }

    [Fact]
    [Encodes(Sources.CoreExecutor, "ExecuteCore")]
    public async Task The_end_that_waits_for_an_open_task_outlives_a_restart()
    {
        await using var host = await StartWithOpenTimerAsync();
        var id = await host.BeginAsync();
        await host.RestartAsync();
        await host.LetTimePassAsync(Short);
        Assert.Equal("returned", await host.OutputAsync(id));
    }

    private Task<DurableHost> StartWithOpenTimerAsync() => StartAsync(context =>
    {
        _ = context.CreateTimer(Short, CancellationToken.None);
        return Task.FromResult<string?>("returned");
    });

    private Task<DurableHost> StartWithOpenActivityAsync(Task end) => StartAsync(tasks => tasks
        .AddOrchestratorFunc<string>("Run", context =>
        {
            _ = context.CallActivityAsync("Slow");
            return "returned";
        })
        .AddActivityFunc("Slow", _ => end));
}
