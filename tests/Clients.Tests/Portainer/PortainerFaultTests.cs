using MultiAgentInfra.Clients.Targets;
using MultiAgentInfra.Clients.Tests.Processes;
using MultiAgentInfra.TestSupport.Portainer;

namespace MultiAgentInfra.Clients.Tests.Portainer;

/// <summary>What comes of a call whose outcome is not known: it is looked for, and never made twice.</summary>
public sealed class PortainerFaultTests
{
    private const string Create = "/api/stacks/create/*";

    public static TheoryData<string, PortainerFault> OfCreation => new()
    {
        { "answer lost after acting", PortainerFault.Drop("POST", Create, acts: true) },
        { "answer lost before acting", PortainerFault.Drop("POST", Create) },
        { "500 after acting", PortainerFault.Error("POST", Create, acts: true) },
        { "500 before acting", PortainerFault.Error("POST", Create) },
        { "502 before acting", PortainerFault.Error("POST", Create, status: 502) },
        { "row without objects", PortainerFault.RowWithoutObjects() with { Acts = true, Status = 500 } },
        { "objects without a row", PortainerFault.ObjectsWithoutRow() with { Acts = true, Status = 500 } },
        { "objects without a row, answered as done", PortainerFault.ObjectsWithoutRow() },
        { "the secret's answer lost", PortainerFault.Drop("POST", "*/secrets", acts: true) },
        { "the secret not made", PortainerFault.Error("POST", "*/secrets", status: 503) },
        { "stale list", PortainerFault.Stale("/api/stacks") with { Times = 3 } },
    };

    public static TheoryData<string, PortainerFault> OfUpdate => new()
    {
        { "answer lost after acting", PortainerFault.Drop("PUT", "/api/stacks/*", acts: true) },
        { "answer lost before acting", PortainerFault.Drop("PUT", "/api/stacks/*") },
        { "500 after acting", PortainerFault.Error("PUT", "/api/stacks/*", acts: true) },
        { "500 before acting", PortainerFault.Error("PUT", "/api/stacks/*") },
        { "stale list", PortainerFault.Stale("/api/stacks") },
        { "scale answered 500", PortainerFault.Error("PATCH", "*/scale", acts: true) },
    };

    public static TheoryData<string, PortainerFault> OfRemoval => new()
    {
        { "answer lost after acting", PortainerFault.Drop("DELETE", "/api/stacks/*", acts: true) },
        { "500 before acting", PortainerFault.Error("DELETE", "/api/stacks/*") },
        { "row without objects", PortainerFault.RowWithoutObjects("DELETE", "/api/stacks/*") },
        { "objects without a row", PortainerFault.ObjectsWithoutRow("DELETE", "/api/stacks/*") },
        { "secret not deleted", PortainerFault.Error("DELETE", "*/secrets/*") },
        { "stale list", PortainerFault.Stale("/api/stacks") with { Times = 4 } },
    };

    [Theory]
    [MemberData(nameof(OfCreation), DisableDiscoveryEnumeration = true)]
    public async Task A_creation_ends_with_one_stack(string what, PortainerFault fault)
    {
        await using var fixture = await ClusterFixture.StartAsync();
        fixture.Server.Fail(fault);
        var launch = await fixture.PrepareAsync(fixture.NewLaunch());

        await RetryAsync(fixture, () => fixture.StartAsync(launch));

        Assert.IsAssignableFrom<AgentState.Running>(await fixture.WatchAsync(launch));
        Assert.True(what == "objects without a row, answered as done" || fixture.Server.Stacks.Count == 1, $"{fixture.Server.Stacks.Count} rows after: {what}");
        Assert.Equal(1, fixture.Server.EventLog.MostLivePods($"{launch.AgentId}"));
        await CleanAsync(fixture, launch);
    }

    [Theory]
    [MemberData(nameof(OfUpdate), DisableDiscoveryEnumeration = true)]
    public async Task An_update_ends_with_one_stack_of_the_new_revision(string what, PortainerFault fault)
    {
        await using var fixture = await ClusterFixture.StartAsync();
        var first = await fixture.DeployAsync();
        fixture.Server.Fail(fault);
        await RetryAsync(fixture, () => fixture.StopAsync(first));
        var second = await fixture.PrepareAsync(fixture.NewLaunch(first.AgentId, revision: 2));

        await RetryAsync(fixture, () => fixture.StartAsync(second));

        var running = Assert.IsAssignableFrom<AgentState.Running>(await fixture.WatchAsync(second));
        Assert.Equal(2, running.Launch.Revision);
        Assert.True(fixture.Server.Stacks.Count == 1, $"{fixture.Server.Stacks.Count} rows after: {what}");
        Assert.Equal(1, fixture.Server.EventLog.MostLivePods($"{first.AgentId}"));
        await CleanAsync(fixture, second);
    }

    [Theory]
    [MemberData(nameof(OfRemoval), DisableDiscoveryEnumeration = true)]
    public async Task A_removal_leaves_nothing(string what, PortainerFault fault)
    {
        await using var fixture = await ClusterFixture.StartAsync();
        var launch = await fixture.DeployAsync();
        await fixture.StopAsync(launch);
        fixture.Server.Fail(fault);

        await RetryAsync(fixture, () => fixture.Target.RemoveAsync(launch.AgentId, TestDeadline.Token()));

        Assert.Empty(fixture.Left(launch));
        Assert.True(fixture.Server.Stacks.Count == 0, $"{fixture.Server.Stacks.Count} rows after: {what}");
    }

    [Fact]
    public async Task A_stack_that_is_made_in_the_background_is_waited_for()
    {
        await using var fixture = await ClusterFixture.StartAsync();
        fixture.Server.AsynchronousStacks = TimeSpan.FromSeconds(20);
        var launch = await fixture.DeployAsync(seconds: 1);

        Assert.Equal("Portainer applies the stack.", Assert.IsType<AgentState.Starting>(await fixture.SeeAsync(launch)).What);
        await fixture.StartAsync(launch);

        Assert.IsAssignableFrom<AgentState.Running>(await fixture.WatchAsync(launch));
        Assert.Single(fixture.Server.Stacks);
    }

    [Fact]
    public async Task What_is_stopped_before_it_was_made_does_not_come_up()
    {
        await using var fixture = await ClusterFixture.StartAsync();
        fixture.Server.AsynchronousStacks = TimeSpan.FromSeconds(20);
        var launch = await fixture.DeployAsync(seconds: 1);

        await fixture.StopAsync(launch);
        fixture.Pass(60);

        Assert.True((await fixture.SeeAsync(launch)).IsGone);
        Assert.Equal(0, fixture.Server.EventLog.LivePods($"{launch.AgentId}"));
    }

    [Fact]
    public async Task A_cluster_that_is_down_is_an_error_and_no_absence()
    {
        await using var fixture = await ClusterFixture.StartAsync();
        var launch = await fixture.DeployAsync();
        fixture.Server.Environment("one").IsUp = false;

        await Assert.ThrowsAsync<ApiException>(() => fixture.SeeAsync(launch));
        await Assert.ThrowsAsync<ApiException>(() => fixture.Target.RemoveAsync(launch.AgentId, TestDeadline.Token()));
    }

    /// <summary>As a step is tried: three times.</summary>
    private static async Task RetryAsync(ClusterFixture fixture, Func<Task> call)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                await fixture.WhileTimePassesAsync(call());
                return;
            }
            catch (Exception exception) when (attempt < 3 && exception is ApiException or InvalidOperationException)
            {
                fixture.Pass(5);
            }
        }
    }

    private static async Task CleanAsync(ClusterFixture fixture, AgentLaunch launch)
    {
        fixture.Server.Heal();
        await fixture.StopAsync(launch);
        await RetryAsync(fixture, () => fixture.Target.RemoveAsync(launch.AgentId, TestDeadline.Token()));
        Assert.Empty(fixture.Left(launch));
        Assert.Empty(fixture.Server.Stacks);
    }
}
