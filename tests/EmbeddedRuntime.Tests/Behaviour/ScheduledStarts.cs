namespace MultiAgentInfra.EmbeddedRuntime.Tests.Behaviour;

/// <summary>Starts at a later time.</summary>
public abstract class ScheduledStarts(StartHost start) : BehaviourSuite(start)
{
    private const string NotScheduled = "Its server does not pass the scheduled time on and starts at once.";

    [Fact]
    [Encodes(Sources.GrpcClient, "ScheduledStartTimestamp")]
    [OfficialHostDiffers(NotScheduled)]
    public async Task A_start_in_the_future_is_pending_until_then_and_keeps_its_events()
    {
        await using var host = await StartWaitingAsync();
        await StartLaterAsync(host);
        await host.Client.RaiseEventAsync("later", "go", "early");
        await host.RestartAsync();
        Assert.Equal(OrchestrationRuntimeStatus.Pending, (await host.Client.GetInstanceAsync("later"))!.RuntimeStatus);
        await host.LetTimePassAsync(TimeSpan.FromHours(1));
        Assert.Equal("early", await host.OutputAsync("later"));
    }

    [Fact]
    [Encodes(Sources.ExtensionIssues + "1715", "Cannot terminate orchestrations stuck in the pending state")]
    [OfficialHostDiffers(NotScheduled)]
    public async Task A_pending_instance_can_be_terminated_and_never_starts()
    {
        await using var host = await StartWaitingAsync();
        await StartLaterAsync(host);
        await host.Client.TerminateInstanceAsync("later");
        Assert.Equal(OrchestrationRuntimeStatus.Terminated, (await host.FinishAsync("later")).RuntimeStatus);
        await host.RestartAsync(off: TimeSpan.FromHours(2));
        Assert.Equal(OrchestrationRuntimeStatus.Terminated, (await host.FinishAsync("later")).RuntimeStatus);
    }

    [Fact]
    [Encodes(Sources.Client, "If the existing orchestration is in a non-terminal state (Pending, Running, etc.)")]
    [OfficialHostDiffers(NotScheduled)]
    public async Task A_pending_id_is_refused()
    {
        await using var host = await StartWaitingAsync();
        await StartLaterAsync(host);
        await RefusesExistingAsync(() => host.Client.ScheduleNewOrchestrationInstanceAsync("Run", null, new StartOrchestrationOptions("later")));
    }

    [Fact]
    [Encodes(Sources.Client, "whether a start time was provided")]
    public async Task A_start_in_the_past_starts_at_once()
    {
        await using var host = await StartWaitingAsync();
        await host.Client.ScheduleNewOrchestrationInstanceAsync("Run", new StartOrchestrationOptions("one", host.Now.AddHours(-1)));
        await host.Client.RaiseEventAsync("one", "go", "at once");
        Assert.Equal("at once", await host.OutputAsync("one"));
    }

    private static Task<string> StartLaterAsync(DurableHost host) =>
        host.Client.ScheduleNewOrchestrationInstanceAsync("Run", new StartOrchestrationOptions("later", host.Now.AddHours(1)));

    private Task<DurableHost> StartWaitingAsync() => StartAsync(async context => await context.WaitForExternalEvent<string>("go"));
}
