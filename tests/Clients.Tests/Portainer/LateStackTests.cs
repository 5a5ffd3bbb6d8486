using MultiAgentInfra.Clients.Portainer;
using MultiAgentInfra.Clients.Targets;
using MultiAgentInfra.Clients.Tests.Local;
using MultiAgentInfra.Clients.Tests.Processes;
using MultiAgentInfra.Core.Deployments;
using MultiAgentInfra.TestSupport;
using MultiAgentInfra.TestSupport.Portainer;

namespace MultiAgentInfra.Clients.Tests.Portainer;

/// <summary>Stacks that Portainer makes when whoever asked for them has given up, or is another life of the control plane by then.</summary>
public sealed class LateStackTests
{
    private const string Create = "/api/stacks/create/*";
    private static readonly TimeSpan Late = TimeSpan.FromMinutes(6);

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_create_that_is_applied_late_is_adopted_and_not_repeated(bool dropped)
    {
        await using var fixture = await ClusterFixture.StartAsync();
        fixture.Server.Fail(new("POST", Create) { Delay = Late, Drops = dropped });
        var launch = await fixture.PrepareAsync(fixture.NewLaunch());

        await fixture.WhileTimePassesAsync(fixture.StartAsync(launch));

        Assert.IsAssignableFrom<AgentState.Running>(await fixture.WatchAsync(launch));
        await AssertOneAsync(fixture, launch, creates: 1);
    }

    [Fact]
    public async Task A_create_is_repeated_when_it_cannot_be_under_way_any_more()
    {
        await using var fixture = await ClusterFixture.StartAsync();
        fixture.Server.Fail(PortainerFault.Drop("POST", Create));
        var launch = await fixture.PrepareAsync(fixture.NewLaunch());

        Assert.False(await fixture.StartOnceAsync(launch));
        fixture.Pass(StepBudgets.Unanswered.TotalSeconds - 1);
        Assert.False(await fixture.StartOnceAsync(launch));
        Assert.Equal(1, Creates(fixture));
        fixture.Pass(2);
        Assert.True(await fixture.StartOnceAsync(launch));

        await AssertOneAsync(fixture, launch, creates: 2);
    }

    [Fact]
    public async Task A_create_that_failed_is_not_waited_for()
    {
        await using var fixture = await ClusterFixture.StartAsync();
        var launch = await fixture.PrepareAsync(fixture.NewLaunch());
        fixture.Server.Fail(PortainerFault.Error("POST", Create, status: 502));

        await Assert.ThrowsAsync<ApiException>(() => fixture.StartOnceAsync(launch));

        Assert.True((await fixture.SeeAsync(launch)).IsGone);
        Assert.True(await fixture.StartOnceAsync(launch));
        await AssertOneAsync(fixture, launch, creates: 2);
    }

    [Fact]
    public async Task A_call_that_reached_nobody_is_not_under_way()
    {
        using var connection = PortainerConnection.To(new() { Address = "http://127.0.0.1:1", ApiKey = PortainerServer.ApiKey });

        var refused = await Assert.ThrowsAsync<ApiException>(() => new PortainerClient(connection, TimeProvider.System).GetVersionAsync(TestDeadline.Token()));

        Assert.Equal((true, false), (refused.IsUnknown, refused.MayGoOn));
    }

    [Fact]
    public async Task What_was_under_way_when_the_control_plane_was_killed_is_adopted_by_the_next()
    {
        await using var fixture = await ClusterFixture.StartAsync();
        fixture.Server.Fail(PortainerFault.Slow("POST", Create, TimeSpan.FromMinutes(2)));
        var launch = await fixture.PrepareAsync(fixture.NewLaunch());
        await KillInCreateAsync(fixture, launch);

        var next = fixture.NewTarget();
        Assert.False(await fixture.StartOnceAsync(launch, next));
        var state = Assert.IsType<AgentState.Starting>(await next.InspectAsync(launch.AgentId, TestDeadline.Token()));
        Assert.True(state.IsAwaited);
        await fixture.WhileTimePassesAsync(fixture.StartAsync(launch, next));

        await AssertOneAsync(fixture, launch, creates: 1);
    }

    [Fact]
    public async Task What_was_under_way_is_waited_for_before_its_agent_counts_as_gone()
    {
        await using var fixture = await ClusterFixture.StartAsync();
        fixture.Server.Fail(PortainerFault.Slow("POST", Create, TimeSpan.FromMinutes(2)));
        var launch = await fixture.PrepareAsync(fixture.NewLaunch());
        await KillInCreateAsync(fixture, launch);
        var next = fixture.NewTarget();

        await next.SignalStopAsync(launch.AgentId, kill: true, TestDeadline.Token());
        Assert.False((await next.InspectAsync(launch.AgentId, TestDeadline.Token())).IsGone);
        await Assert.ThrowsAsync<InvalidOperationException>(() => next.RemoveAsync(launch.AgentId, TestDeadline.Token()));
        await fixture.WhileTimePassesAsync(StopAsync(launch, next));
        await next.RemoveTemplateAsync(launch.AgentId);

        Assert.Empty(fixture.Server.Stacks);
        Assert.Equal(["PersistentVolumeClaim", "Secret"], fixture.Left(launch).Select(item => item.Split(' ')[0]).Order());
        fixture.Pass(StepBudgets.Unanswered.TotalSeconds);
        Assert.IsType<AgentState.NotPrepared>(await next.InspectAsync(launch.AgentId, TestDeadline.Token()));
        await next.RemoveAsync(launch.AgentId, TestDeadline.Token());
        Assert.Empty(fixture.Left(launch));
    }

    [Fact]
    public async Task What_never_comes_is_gone_when_it_cannot_come_any_more()
    {
        await using var fixture = await ClusterFixture.StartAsync();
        fixture.Server.Fail(PortainerFault.Drop("POST", Create));
        var launch = await fixture.PrepareAsync(fixture.NewLaunch());
        Assert.False(await fixture.StartOnceAsync(launch));

        await fixture.Target.SignalStopAsync(launch.AgentId, kill: true, TestDeadline.Token());
        Assert.False((await fixture.SeeAsync(launch)).IsGone);
        fixture.Pass(StepBudgets.Unanswered.TotalSeconds);

        Assert.True((await fixture.SeeAsync(launch)).IsGone);
        await fixture.Target.RemoveAsync(launch.AgentId, TestDeadline.Token());
        Assert.Empty(fixture.Left(launch));
    }

    /// <summary>Portainer deletes the objects that a stack's file names, and both files name the same.</summary>
    [Fact]
    public async Task A_stack_that_is_there_twice_all_the_same_becomes_one_and_its_agent_runs_on()
    {
        await using var fixture = await ClusterFixture.StartAsync();
        fixture.Server.Fail(PortainerFault.Late("POST", Create, StepBudgets.Unanswered + TimeSpan.FromMinutes(1)));
        var launch = await fixture.PrepareAsync(fixture.NewLaunch());
        await fixture.WhileTimePassesAsync(fixture.StartAsync(launch));
        await fixture.WhileTimePassesAsync(UntilAsync(() => fixture.Server.Stacks.Count == 2));
        Assert.IsAssignableFrom<AgentState.Running>(await fixture.WatchAsync(launch));
        var pod = fixture.Cluster.Objects("pods")[0]["metadata"]!["uid"]!.ToString();

        Assert.True(await fixture.StartOnceAsync(launch));

        fixture.Pass(60);
        Assert.IsAssignableFrom<AgentState.Running>(await fixture.WatchAsync(launch));
        Assert.Equal(pod, Assert.Single(fixture.Cluster.Objects("pods"))["metadata"]!["uid"]!.ToString());
        Assert.DoesNotContain(fixture.Cluster.Objects("configmaps"), map => $"{map["metadata"]!["name"]}".Contains("duplicate", StringComparison.Ordinal));
        await AssertOneAsync(fixture, launch, creates: 2);
    }

    private static int Creates(ClusterFixture fixture) => fixture.Server.Calls.Count(call => call.StartsWith("POST /api/stacks/create/", StringComparison.Ordinal));

    /// <summary>One row, one live pod at every moment; and nothing after it is taken away.</summary>
    private static async Task AssertOneAsync(ClusterFixture fixture, AgentLaunch launch, int creates)
    {
        Assert.Equal(creates, Creates(fixture));
        Assert.IsAssignableFrom<AgentState.Running>(await fixture.WatchAsync(launch));
        Assert.Single(fixture.Server.Stacks);
        Assert.Equal(1, fixture.Server.EventLog.MostLivePods($"{launch.AgentId}"));
        await fixture.StopAsync(launch);
        await fixture.Target.RemoveAsync(launch.AgentId, TestDeadline.Token());
        Assert.Empty(fixture.Left(launch));
        Assert.Empty(fixture.Server.Stacks);
    }

    /// <summary>The call is cut off as by the end of its process.</summary>
    private static async Task KillInCreateAsync(ClusterFixture fixture, AgentLaunch launch)
    {
        using var life = new CancellationTokenSource();
        var start = fixture.Target.StartAsync(launch.AgentId, AgentMachine.Secrets, new Dictionary<string, string>(), life.Token);
        await UntilAsync(() => fixture.Server.CallsWaiting > 0);
        await life.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => start);
    }

    private static async Task StopAsync(AgentLaunch launch, PortainerTarget target)
    {
        while (!(await target.InspectAsync(launch.AgentId, TestDeadline.Token())).IsGone)
            await target.SignalStopAsync(launch.AgentId, kill: false, TestDeadline.Token());
    }

    private static Task UntilAsync(Func<bool> isSo) => Wait.UntilAsync("it to be so", TimeSpan.FromSeconds(30), () => Task.FromResult(isSo()));
}
