using MultiAgentInfra.Clients.Targets;
using MultiAgentInfra.Clients.Tests.Processes;
using MultiAgentInfra.Core;
using MultiAgentInfra.TestSupport.Portainer;
using static MultiAgentInfra.Clients.Tests.Portainer.SnapshotFixture;

namespace MultiAgentInfra.Clients.Tests.Portainer;

/// <summary>What becomes of an agent's volume when another version of ElizaOS goes on with it, and when it comes back.</summary>
public sealed class SnapshotTests
{
    [Fact]
    public async Task A_snapshot_is_taken_before_another_version_writes_and_put_back_when_its_operation_goes_back()
    {
        var (fixture, first) = await StoppedAsync();
        await using var _ = fixture;
        var second = fixture.After(first);

        var there = await fixture.RunAsync(second);

        Assert.EndsWith($"ElizaOS changes from {Old} to {New}; snapshot {second.NameOf()} has the agent's data of before", there, StringComparison.Ordinal);
        Assert.Equal([Old, New], fixture.Cluster.DataOf(first.AgentId));
        await fixture.StopAsync(second);
        var old = Assert.Single(fixture.Cluster.Objects("persistentvolumeclaims"));
        var back = await fixture.RunAsync(first.BackFrom(second));

        Assert.EndsWith($"ElizaOS goes back from {New} to {Old}; the agent's data is again that of snapshot {second.NameOf()}", back, StringComparison.Ordinal);
        Assert.Equal([Old, Old], fixture.Cluster.DataOf(first.AgentId));
        var made = Assert.Single(fixture.Cluster.Objects("persistentvolumeclaims"));
        Assert.NotEqual($"{old["metadata"]!["uid"]}", $"{made["metadata"]!["uid"]}");
        foreach (var part in new[] { "accessModes", "resources", "storageClassName" })
            Assert.Equal(old["spec"]![part]!.ToJsonString(), made["spec"]![part]!.ToJsonString());
        Assert.Equal(old["metadata"]!["labels"]!.ToJsonString(), made["metadata"]!["labels"]!.ToJsonString());
        Assert.Equal(1, fixture.Server.EventLog.MostLivePods($"{first.AgentId}"));
        Assert.Empty(fixture.Server.UnknownRoutes);
    }

    [Theory]
    [InlineData(false, "the cluster has no snapshots of volumes (snapshot.storage.k8s.io/v1)")]
    [InlineData(true, "the cluster has no VolumeSnapshotClass for driver csi.example")]
    public async Task A_cluster_that_cannot_take_one_goes_on_and_both_ways_say_why_there_is_none(bool hasApi, string why)
    {
        var (fixture, first) = await StoppedAsync(hasSnapshots: false);
        await using var _ = fixture;
        if (hasApi)
            fixture.Cluster.AllowSnapshots("another.driver");
        var second = fixture.After(first);

        var there = await fixture.RunAsync(second);
        await fixture.StopAsync(second);
        var back = await fixture.RunAsync(first.BackFrom(second));

        Assert.EndsWith($"ElizaOS changes from {Old} to {New}, and there is no snapshot of the agent's data: {why}", there, StringComparison.Ordinal);
        Assert.EndsWith($"ElizaOS goes back from {New} to {Old}, and there is no snapshot of the agent's data: {why}; what {New} has migrated stays so", back, StringComparison.Ordinal);
        Assert.Equal([Old, New, Old], fixture.Cluster.DataOf(first.AgentId));
    }

    [Fact]
    public async Task A_key_that_may_not_read_snapshots_is_a_reason_too()
    {
        var (fixture, first) = await StoppedAsync();
        await using var _ = fixture;
        fixture.Server.Fail(PortainerFault.Error("GET", "*/volumesnapshots/*", status: 403) with { Message = "volumesnapshots is forbidden" });

        var what = await fixture.RunAsync(fixture.After(first));

        Assert.Contains("there is no snapshot of the agent's data: the cluster does not let one be taken: volumesnapshots is forbidden", what, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_same_version_takes_none_and_says_nothing()
    {
        var (fixture, first) = await StoppedAsync();
        await using var _ = fixture;
        var second = fixture.After(first, Old);

        var what = await fixture.RunAsync(second);
        await fixture.StopAsync(second);
        await fixture.RunAsync(first.BackFrom(second));

        Assert.EndsWith("is ready for it", what, StringComparison.Ordinal);
        Assert.Empty(fixture.Snapshots());
        Assert.Equal([Old, Old, Old], fixture.Cluster.DataOf(first.AgentId));
    }

    [Fact]
    public async Task A_later_change_takes_another_snapshot_and_one_is_kept_until_the_agent_is_removed()
    {
        var (fixture, first) = await StoppedAsync();
        await using var _ = fixture;
        var second = fixture.After(first);
        await fixture.RunAsync(second);
        await fixture.StopAsync(second);
        var third = fixture.After(second, "2.0.0");

        await fixture.RunAsync(third);

        Assert.Equal([third.NameOf()], fixture.Snapshots());
        await fixture.StopAsync(third);
        await fixture.Target.RemoveAsync(first.AgentId, TestDeadline.Token());
        Assert.Empty(fixture.Left(first));
        Assert.Empty(fixture.Snapshots());
    }

    [Fact]
    public async Task Another_operation_that_goes_back_keeps_what_was_written_since_and_says_so()
    {
        var (fixture, first) = await StoppedAsync();
        await using var _ = fixture;
        var second = fixture.After(first);
        await fixture.RunAsync(second);
        await fixture.StopAsync(second);
        var third = fixture.After(second, Old);

        var what = await fixture.RunAsync(third);

        Assert.EndsWith(
            $"ElizaOS goes back from {New} to {Old}; snapshot {third.NameOf()} has the agent's data of before; what {New} has migrated stays so", what, StringComparison.Ordinal);
        Assert.Equal([Old, New, Old], fixture.Cluster.DataOf(first.AgentId));
        Assert.Equal([second.NameOf(), third.NameOf()], fixture.Snapshots());

        await fixture.StopAsync(third);
        var fourth = fixture.After(third);
        await fixture.RunAsync(fourth);
        Assert.Equal([third.NameOf(), fourth.NameOf()], fixture.Snapshots());
    }

    [Fact]
    public async Task A_way_back_that_was_cut_off_without_a_claim_is_ended_by_whatever_comes_next()
    {
        var (fixture, first) = await StoppedAsync();
        await using var _ = fixture;
        var second = fixture.After(first);
        await fixture.RunAsync(second);
        await fixture.StopAsync(second);
        var looks = await fixture.NewTarget().PrepareAsync(first.BackFrom(second), new("agents", null!, null!), TestDeadline.Token());
        Assert.False(looks.IsReady);
        fixture.Pass(1);
        Assert.Empty(fixture.Cluster.Objects("persistentvolumeclaims"));

        var third = fixture.After(second);
        await fixture.RunAsync(third);

        Assert.Equal([Old, New], fixture.Cluster.DataOf(first.AgentId));
        Assert.Equal([second.NameOf()], fixture.Snapshots());
        await fixture.StopAsync(third);
        await fixture.RunAsync(first.BackFrom(third));
        Assert.Equal([Old, Old], fixture.Cluster.DataOf(first.AgentId));
    }

    [Fact]
    public async Task A_snapshot_that_the_driver_does_not_make_is_waited_for_with_its_words_and_nothing_is_written_meanwhile()
    {
        var (fixture, first) = await StoppedAsync();
        await using var _ = fixture;
        fixture.Cluster.SnapshotWords = "no space left on the array";
        var second = fixture.After(first);
        Preparation prepared = null!;
        for (var look = 0; look < 5; look++)
        {
            prepared = await fixture.NewTarget().PrepareAsync(second, new("agents", null!, null!), TestDeadline.Token());
            fixture.Pass(10);
        }

        Assert.False(prepared.IsReady);
        Assert.Contains("no space left on the array", prepared.What, StringComparison.Ordinal);
        await fixture.RunAsync(first.BackFrom(second));
        Assert.Equal([Old, Old], fixture.Cluster.DataOf(first.AgentId));

        fixture.Cluster.SnapshotWords = null;
        var third = fixture.After(second);
        await fixture.StopAsync(first);
        await fixture.RunAsync(third);
        Assert.Equal([third.NameOf()], fixture.Snapshots());
    }

    [Fact]
    public async Task A_snapshot_that_is_gone_is_an_error_and_the_claim_stays()
    {
        var (fixture, first) = await StoppedAsync();
        await using var _ = fixture;
        var second = fixture.After(first);
        await fixture.RunAsync(second);
        await fixture.StopAsync(second);
        await fixture.DeleteAsync($"apis/snapshot.storage.k8s.io/v1/namespaces/{fixture.Space}/volumesnapshots/{second.NameOf()}");

        var failure = await Assert.ThrowsAsync<NonRetryableException>(() => fixture.PrepareUntilReadyAsync(first.BackFrom(second)));

        Assert.Contains(second.NameOf(), failure.Message, StringComparison.Ordinal);
        Assert.Equal([Old, New], fixture.Cluster.DataOf(first.AgentId));
    }

    [Fact]
    public async Task Nothing_is_copied_or_put_back_while_the_agent_runs()
    {
        var (fixture, first) = await StoppedAsync();
        await using var _ = fixture;
        await fixture.RunAsync(first);

        await Assert.ThrowsAsync<InvalidOperationException>(() => fixture.PrepareUntilReadyAsync(fixture.After(first)));

        Assert.Empty(fixture.Snapshots());
    }

    [Fact]
    public async Task An_agent_that_keeps_its_data_elsewhere_has_no_snapshot_and_its_volume_of_before_stays()
    {
        var (fixture, first) = await StoppedAsync();
        await using var _ = fixture;
        var many = fixture.NewLaunch(first.AgentId, revision: 2, deployment: new(Replicable: true, Replicas: 2)) with { ElizaVersion = New };

        var what = await fixture.PrepareUntilReadyAsync(many);
        await fixture.StartAsync(many, secrets: new(Local.AgentMachine.Secrets) { ["POSTGRES_URL"] = "postgres://canary-postgres@db.example/x" });
        Assert.IsAssignableFrom<AgentState.Running>(await fixture.WatchAsync(many));
        await fixture.StopAsync(many);
        await fixture.RunAsync(first.BackFrom(many));

        Assert.Contains("there is no snapshot of the agent's data: it is in a PostgreSQL", what, StringComparison.Ordinal);
        Assert.Empty(fixture.Snapshots());
        Assert.Equal([Old, Old], fixture.Cluster.DataOf(first.AgentId));
    }
}
