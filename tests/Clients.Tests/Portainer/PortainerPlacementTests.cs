using MultiAgentInfra.Clients.Portainer;
using MultiAgentInfra.Clients.Sqlite;
using MultiAgentInfra.Clients.Targets;
using MultiAgentInfra.Clients.Tests.Processes;
using MultiAgentInfra.Clients.Tests.Sqlite;
using MultiAgentInfra.Core;
using MultiAgentInfra.Core.Agents;
using MultiAgentInfra.Core.Clusters;
using MultiAgentInfra.Core.Deployments;
using MultiAgentInfra.TestSupport.Portainer;
using ClusterNode = MultiAgentInfra.TestSupport.Portainer.ClusterNode;

namespace MultiAgentInfra.Clients.Tests.Portainer;

public sealed class PortainerPlacementTests
{
    [Fact]
    public async Task An_agent_goes_to_the_cluster_with_the_most_room_and_its_deployment_says_why()
    {
        await using var fixture = await ClusterFixture.StartAsync();
        fixture.Server.AddKubernetes("two").SetNodes(new ClusterNode("n1", Pods: 400));
        fixture.Server.AddDocker("engine");
        fixture.Server.AddKubernetes("broken");
        fixture.Server.Environment("broken").IsUp = false;
        using var places = new Places(fixture);

        var placement = await places.PlaceAsync(await places.NewLaunchAsync());

        Assert.Equal(
            (1, "It goes to 'one' (1), which has the most room: 'one' (1) has room for 330 such agents; 'two' (2) has room for 128 such agents; "
                + "'engine' (3) takes those alone that ask for it; 'broken' (4) is down"),
            (placement.Environment, placement.Reason));
    }

    [Fact]
    public async Task What_runs_and_what_is_cordoned_or_under_pressure_is_seen()
    {
        await using var fixture = await ClusterFixture.StartAsync();
        fixture.Cluster.HasMetrics = true;
        fixture.Cluster.SetNodes(new ClusterNode("n1", Pods: 10), new ClusterNode("n2", Cordoned: true), new ClusterNode("n3", Ready: false), new ClusterNode("n4", MemoryPressure: true, Pods: 0));
        var launch = await fixture.DeployAsync();
        using var places = new Places(fixture);

        var cluster = Assert.Single(await places.Directory.ListAsync(TestDeadline.Token()));

        Assert.Equal((ClusterStatus.Up, "kubernetes"), (cluster.Status, cluster.Kind));
        Assert.Equal(
            [("n1", true, ""), ("n2", false, "Cordoned"), ("n3", false, "NotReady"), ("n4", true, "MemoryPressure")],
            cluster.Nodes.Select(node => (node.Name, node.IsReady, string.Join(",", node.Conditions))));
        var asked = AgentDemand.Requests(launch.Resources);
        Assert.Equal(asked, Assert.Single(cluster.Agents).Value.Scheduled);
        Assert.Equal((new ClusterAmount(16_000, 64L << 30, 10), asked, asked.CpuMilli / 2), (cluster.Nodes[0].Allocatable, cluster.Nodes[0].Requested, cluster.Nodes[0].Used!.Value.CpuMilli));
    }

    [Fact]
    public async Task Many_who_ask_at_once_share_the_lists()
    {
        await using var fixture = await ClusterFixture.StartAsync();
        using var places = new Places(fixture);
        var launches = new List<AgentLaunch>();
        for (var count = 0; count < 20; count++)
            launches.Add(await places.NewLaunchAsync());

        await Task.WhenAll(launches.Select(launch => Task.Run(() => places.PlaceAsync(launch))));

        Assert.Single(fixture.Server.Calls, call => call.Contains("/api/v1/pods", StringComparison.Ordinal));
        Assert.Equal(20, (await places.Store.ListAsync(TestDeadline.Token())).Count);
    }

    [Fact]
    public async Task A_cluster_that_does_not_answer_is_passed_over_and_alone_is_worth_another_try()
    {
        await using var fixture = await ClusterFixture.StartAsync();
        fixture.Server.Fail(PortainerFault.Error("GET", "/api/endpoints/1/kubernetes/api/v1/nodes*") with { Times = 1000 });
        using var places = new Places(fixture);

        var alone = await Assert.ThrowsAsync<InvalidOperationException>(async () => await places.PlaceAsync(await places.NewLaunchAsync()));
        fixture.Server.AddKubernetes("two");
        fixture.Pass(6);
        var placement = await places.PlaceAsync(await places.NewLaunchAsync());

        Assert.StartsWith("No cluster takes the agent: 'one' (1) could not be asked (GET ", alone.Message, StringComparison.Ordinal);
        Assert.Equal(2, placement.Environment);
    }

    [Fact]
    public async Task An_agent_whose_cluster_is_down_is_not_placed_elsewhere()
    {
        await using var fixture = await ClusterFixture.StartAsync();
        using var places = new Places(fixture);
        var launch = await places.NewLaunchAsync();
        await places.PlaceAsync(launch);
        fixture.Server.Environment("one").IsUp = false;
        fixture.Server.AddKubernetes("two");
        fixture.Pass(6);

        var error = await Assert.ThrowsAsync<NonRetryableException>(() => places.PlaceAsync(launch));

        Assert.Equal("The agent's data is on cluster 'one' (1), which is down, and volumes do not move between clusters.", error.Message);
    }

    [Fact]
    public async Task An_agent_that_runs_grows_into_the_place_that_it_has_and_into_what_is_free()
    {
        await using var fixture = await ClusterFixture.StartAsync();
        var each = AgentDemand.Requests(new());
        fixture.Cluster.SetNodes(new ClusterNode("n1", Memory: $"{2 * each.MemoryBytes}"));
        using var places = new Places(fixture);
        var launch = await places.NewLaunchAsync();
        await places.PlaceAsync(launch);
        await fixture.DeployAsync(launch, seconds: 10);

        await places.PlaceAsync(launch with { Resources = new(launch.Resources.MemoryMiB * 2) });
        var error = await Assert.ThrowsAsync<NonRetryableException>(() => places.PlaceAsync(launch with { Resources = new(launch.Resources.MemoryMiB * 3) }));

        Assert.Equal("The agent asks for more than there is on its cluster 'one' (1): 'one' (1) has room for 0 of its 1 pods of that size.", error.Message);
    }

    [Fact]
    public async Task A_cluster_that_is_asked_for_and_unknown_fails_for_good()
    {
        await using var fixture = await ClusterFixture.StartAsync();
        using var places = new Places(fixture);

        var error = await Assert.ThrowsAsync<NonRetryableException>(async () => await places.PlaceAsync(await places.NewLaunchAsync(new("9"))));

        Assert.Equal("There is no cluster '9': 'one' (1) has room for 330 such agents.", error.Message);
        var cause = Assert.IsType<DiagnosedException>(error.InnerException);
        Assert.Equal(DiagnosisCause.NoCluster, DiagnosedException.Read(cause.GetType().FullName!, cause.Message)!.Cause);
    }

    /// <summary>The placement of a new life of the control plane, over a store of its own.</summary>
    private sealed class Places : IDisposable
    {
        private readonly TestStore _store = new();
        private readonly PortainerConnection _connection;
        private readonly PortainerPlacement _placement;
        private readonly ClusterFixture _fixture;

        public Places(ClusterFixture fixture)
        {
            _fixture = fixture;
            _store.Clock.Now = fixture.Clock.GetUtcNow();
            _connection = PortainerConnection.To(new() { Address = fixture.Server.Address, ApiKey = PortainerServer.ApiKey });
            Directory = new(new(_connection, new(_connection, fixture.Clock), new(_store.Database), fixture.Clock));
            Store = new(_store.Database);
            _placement = new(Directory, Store);
        }

        public PortainerDirectory Directory { get; }

        public PlacementStore Store { get; }

        public async Task<AgentLaunch> NewLaunchAsync(AgentDeployment? deployment = null) =>
            _fixture.NewLaunch((await _store.CreateAsync(name: $"Agent {Guid.NewGuid():N}")).Agent.Id, deployment: deployment);

        public Task<Placement> PlaceAsync(AgentLaunch launch) => _placement.PlaceAsync(AgentDemand.Of(launch.AgentId, launch.Resources, launch.Deployment), TestDeadline.Token());

        public void Dispose()
        {
            _connection.Dispose();
            _store.Dispose();
        }
    }
}
