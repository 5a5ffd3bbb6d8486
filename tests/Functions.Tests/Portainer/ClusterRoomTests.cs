using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging.Abstractions;
using MultiAgentInfra.Clients.Sqlite;
using MultiAgentInfra.Clients.Targets;
using MultiAgentInfra.Core.Clusters;
using MultiAgentInfra.Core.Operations;
using MultiAgentInfra.EmbeddedRuntime;
using MultiAgentInfra.Functions.Maintenance;
using MultiAgentInfra.TestSupport;
using MultiAgentInfra.TestSupport.Portainer;
using ClusterNode = MultiAgentInfra.TestSupport.Portainer.ClusterNode;

namespace MultiAgentInfra.Functions.Tests.Portainer;

/// <summary>What becomes of agents that ask for more than their cluster has, and of what runs when an operation does not end.</summary>
public sealed class ClusterRoomTests(ClusterRoomTests.TwoClusters fixture) : IClassFixture<ClusterRoomTests.TwoClusters>, IAsyncLifetime
{
    private const int Room = 3;

    public ValueTask InitializeAsync()
    {
        fixture.Calm();
        fixture.Portainer.Environment("two").IsUp = false;
        fixture.Cluster.SetNodes(new ClusterNode("n1", Memory: $"{Room * AgentDemand.Requests(new()).MemoryBytes}"));
        fixture.Clock.Advance(TimeSpan.FromMinutes(1));
        return ValueTask.CompletedTask;
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Fact]
    public async Task An_agent_for_which_there_is_no_room_says_so_of_every_cluster()
    {
        using var client = fixture.Client(Guid.NewGuid());
        var agent = Replicable(Room + 1);

        var (agentId, operationId) = await ClusterFixture.PostAsync(client, agent);
        var error = (await fixture.EndAsync(client, operationId))["error"]!;

        Assert.Equal(("template", "Unschedulable"), ((string?)error["step"], (string?)error["cause"]));
        Assert.Equal(["'one' (1) has no room for it", "'two' (2) is down"], error["evidence"]!.AsArray().Select(line => (string?)line));
        Assert.NotEmpty((string)error["hint"]!);
        await DeleteAsync(client, agentId);
    }

    [Fact]
    public async Task An_agent_whose_cluster_is_drained_says_that_none_takes_it()
    {
        using var client = fixture.Client(Guid.NewGuid());
        await fixture.Get<ClusterStore>().SetDrainedAsync("1", true, Guid.NewGuid(), default);

        var (agentId, operationId) = await ClusterFixture.PostAsync(client);
        var error = (await fixture.EndAsync(client, operationId))["error"]!;

        await fixture.Get<ClusterStore>().SetDrainedAsync("1", false, Guid.NewGuid(), default);
        Assert.Equal("NoCluster", (string?)error["cause"]);
        Assert.Equal(["'one' (1) is drained", "'two' (2) is down"], error["evidence"]!.AsArray().Select(line => (string?)line));
        await DeleteAsync(client, agentId);
    }

    [Fact]
    public async Task A_scaling_beyond_the_room_fails_and_what_runs_is_not_touched()
    {
        using var client = fixture.Client(Guid.NewGuid());
        var agentId = await DeployAsync(client, Replicable(2));
        var pods = Pods(agentId);

        var refused = await ScaleAsync(client, agentId, Room + 1);
        var error = refused["error"]!;

        Assert.Equal(("Failed", null, "validate", "Unschedulable"), ((string?)refused["status"], (string?)refused["outcome"], (string?)error["step"], (string?)error["cause"]));
        Assert.Equal("'one' (1) has room for 3 of its 4 pods of that size", (string?)Assert.Single(error["evidence"]!.AsArray()));
        Assert.Equal(pods, Pods(agentId));
        Assert.Equal("RUNNING", await StatusAsync(client, agentId));
        Assert.Equal("Succeeded", (string?)(await ScaleAsync(client, agentId, Room))["status"]);
        Assert.Equal("Succeeded", (string?)(await ScaleAsync(client, agentId, 1))["status"]);
        Assert.Single(Pods(agentId));
        await DeleteAsync(client, agentId);
    }

    [Fact]
    public async Task An_update_that_asks_for_too_many_or_for_another_cluster_does_not_stop_what_runs()
    {
        using var client = fixture.Client(Guid.NewGuid());
        fixture.Portainer.Environment("two").IsUp = true;
        var agentId = await DeployAsync(client, Replicable(2, cluster: "1"));
        var pods = Pods(agentId);

        foreach (var (agent, cause) in new[] { (Replicable(Room + 1), "Unschedulable"), (Replicable(1, cluster: "2"), "NoCluster") })
        {
            var operation = await fixture.EndAsync(client, (await ClusterFixture.PutAsync(client, agentId, agent)).OperationId);
            Assert.Equal(("Failed", cause), ((string?)operation["status"], (string?)operation["error"]!["cause"]));
            Assert.Equal(pods, Pods(agentId));
        }

        await DeleteAsync(client, agentId);
    }

    [Fact]
    public async Task Of_two_that_grow_into_the_last_room_one_does()
    {
        using var client = fixture.Client(Guid.NewGuid());
        var agents = new[] { await DeployAsync(client, Replicable(1, "Ash")), await DeployAsync(client, Replicable(1, "Oak")) };

        var accepted = await Task.WhenAll(agents.Select(agent => ClusterFixture.ScaleAsync(client, agent, 2)));
        var ends = new List<JsonNode>();
        foreach (var (_, operationId) in accepted)
            ends.Add(await fixture.EndAsync(client, operationId));

        Assert.Equal(["Failed", "Succeeded"], ends.Select(operation => (string)operation["status"]!).Order());
        Assert.Equal(3, agents.Sum(agent => Pods(agent).Count));
        foreach (var agent in agents)
            await DeleteAsync(client, agent);
    }

    [Theory]
    [InlineData(false, "RUNNING")]
    [InlineData(true, "FAILED")]
    public async Task An_operation_that_does_not_end_leaves_its_agent_as_it_is_seen(bool isGone, string status)
    {
        var owner = Guid.NewGuid();
        using var client = fixture.Client(owner);
        var agentId = await DeployAsync(client, ClusterFixture.NewAgent());
        var agent = (await fixture.Get<AgentStore>().FindAsync(agentId, default))!;
        if (isGone)
            fixture.Cluster.When(pod => pod.Agent == $"{agentId}", Behaviour.Unschedulable());
        if (isGone)
            fixture.Cluster.Evict(agentId);
        fixture.Clock.Advance(TimeSpan.FromSeconds(10));
        var accepted = Assert.IsType<ChangeResult.Accepted>(await fixture.Get<AgentStore>().RequestAsync(OperationKind.Restart, agent.OrganizationId, agentId, null, default));

        var late = new FakeClock();
        late.Advance(fixture.Clock.GetUtcNow().AddYears(1) - late.GetUtcNow());
        await new OperationSweeper(fixture.Get<OperationStore>(), fixture.Get<AgentStore>(), fixture.Get<IAgentTarget>(), late, NullLogger<OperationSweeper>.Instance)
            .SweepAsync(fixture.Get<DurableTaskClient>(), default);

        fixture.Cluster.ForgetScripts();
        var error = (await fixture.EndAsync(client, accepted.Operation.Id))["error"]!;
        Assert.Equal((status, !isGone), (await StatusAsync(client, agentId), ((string)error["message"]!).EndsWith("Revision 1 still runs.", StringComparison.Ordinal)));
        await fixture.UntilAsync("its pod to be as its status says", () => Task.FromResult(Pods(agentId).Count == (isGone ? 0 : 1)));
        if (!isGone)
            Assert.Contains(await fixture.Get<MonitorStore>().ListAsync(default), monitor => monitor.AgentId == agentId);
        await DeleteAsync(client, agentId);
    }

    /// <summary>With a second cluster, which is down unless a test wants it.</summary>
    public sealed class TwoClusters : ClusterFixture
    {
        public override async ValueTask InitializeAsync()
        {
            await base.InitializeAsync();
            Portainer.AddKubernetes("two");
        }
    }

    private static JsonObject Replicable(int replicas, string name = "Juniper", string? cluster = null)
    {
        var agent = ClusterFixture.NewAgent(name);
        (agent["replicable"], agent["replicas"]) = (true, replicas);
        if (cluster is not null)
            agent["cluster"] = cluster;
        agent["secrets"]!["POSTGRES_URL"] = "postgres://user:canary-of-the-database@db.example/agents";
        return agent;
    }

    private async Task<Guid> DeployAsync(HttpClient client, JsonObject agent)
    {
        var accepted = await ClusterFixture.PostAsync(client, agent);
        var operation = await fixture.EndAsync(client, accepted.OperationId);
        Assert.True((string)operation["status"]! == "Succeeded", operation.ToJsonString());
        return accepted.AgentId;
    }

    private async Task<JsonNode> ScaleAsync(HttpClient client, Guid agentId, int replicas) =>
        await fixture.EndAsync(client, (await ClusterFixture.ScaleAsync(client, agentId, replicas)).OperationId);

    private async Task DeleteAsync(HttpClient client, Guid agentId) =>
        Assert.Equal("Succeeded", (string?)(await fixture.EndAsync(client, (await ClusterFixture.DeleteAsync(client, agentId)).OperationId))["status"]);

    private static async Task<string?> StatusAsync(HttpClient client, Guid agentId) =>
        (string?)(await client.GetFromJsonAsync<JsonNode>(new Uri($"/api/agents/{agentId}", UriKind.Relative)))!["status"];

    private List<string> Pods(Guid agentId) =>
        [.. fixture.Cluster.Objects("pods", $"{PodFacts.AgentLabel}={agentId}").Select(pod => $"{pod["metadata"]!["uid"]}").Order()];
}
