using MultiAgentInfra.TestSupport.Portainer;
using static MultiAgentInfra.Clients.Tests.Portainer.SnapshotFixture;

namespace MultiAgentInfra.Clients.Tests.Portainer;

/// <summary>Calls that fail while data is copied or put back, each look with nothing in memory.</summary>
public sealed class SnapshotFaultTests
{
    private const string Volume = "*/persistentvolumeclaims/*";

    public static TheoryData<string, PortainerFault> OfWayThere => new()
    {
        { "snapshot's answer lost", PortainerFault.Drop("POST", "*/volumesnapshots", acts: true) },
        { "snapshot's answer never came", PortainerFault.Drop("POST", "*/volumesnapshots") },
        { "500 after the snapshot", PortainerFault.Error("POST", "*/volumesnapshots", acts: true) },
        { "classes not read", PortainerFault.Error("GET", "*/volumesnapshotclasses") },
        { "note's answer lost", PortainerFault.Drop("PATCH", Volume, acts: true) with { After = 1 } },
        { "note not written", PortainerFault.Error("PATCH", Volume) with { After = 1 } },
        { "snapshot not read", PortainerFault.Error("GET", "*/volumesnapshots/*") },
        { "stale snapshots", PortainerFault.Stale("*/volumesnapshots") },
        { "stale pods", PortainerFault.Stale("*/pods") },
    };

    public static TheoryData<string, PortainerFault> OfWayBack => new()
    {
        { "deletion's answer lost", PortainerFault.Drop("DELETE", Volume, acts: true) },
        { "deletion never came", PortainerFault.Drop("DELETE", Volume) },
        { "500 after the deletion", PortainerFault.Error("DELETE", Volume, acts: true) },
        { "claim's answer lost", PortainerFault.Drop("POST", "*/persistentvolumeclaims", acts: true) },
        { "claim not made", PortainerFault.Error("POST", "*/persistentvolumeclaims", status: 503) },
        { "snapshots not read", PortainerFault.Error("GET", "*/volumesnapshots") },
        { "claim not read", PortainerFault.Error("GET", Volume) with { After = 1 } },
    };

    [Theory]
    [MemberData(nameof(OfWayThere), DisableDiscoveryEnumeration = true)]
    public async Task Whatever_fails_on_the_way_there_is_one_snapshot_of_the_old_data(string what, PortainerFault fault)
    {
        var (fixture, first) = await StoppedAsync();
        await using var _ = fixture;
        fixture.Server.Fail(fault);
        var second = fixture.After(first);

        await fixture.RunAsync(second, retries: true);

        Assert.True(fixture.Server.PendingFaults.Count == 0, what);
        Assert.Equal([second.NameOf()], fixture.Snapshots());
        await fixture.StopAsync(second);
        await fixture.RunAsync(first.BackFrom(second));
        Assert.Equal([Old, Old], fixture.Cluster.DataOf(first.AgentId));
    }

    [Theory]
    [MemberData(nameof(OfWayBack), DisableDiscoveryEnumeration = true)]
    public async Task Whatever_fails_on_the_way_back_the_old_data_is_there_again(string what, PortainerFault fault)
    {
        var (fixture, first) = await StoppedAsync();
        await using var _ = fixture;
        var second = fixture.After(first);
        await fixture.RunAsync(second);
        await fixture.StopAsync(second);
        fixture.Server.Fail(fault);

        await fixture.RunAsync(first.BackFrom(second), retries: true);

        Assert.True(fixture.Server.PendingFaults.Count == 0, what);
        Assert.Equal([Old, Old], fixture.Cluster.DataOf(first.AgentId));
        Assert.Single(fixture.Cluster.Objects("persistentvolumeclaims"));
    }
}
