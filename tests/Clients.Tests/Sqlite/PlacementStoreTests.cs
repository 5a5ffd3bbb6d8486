using MultiAgentInfra.Clients.Sqlite;
using MultiAgentInfra.Core.Agents;
using MultiAgentInfra.Core.Clusters;
using MultiAgentInfra.Core.Deployments;
using MultiAgentInfra.Core.Operations;
using static MultiAgentInfra.Clients.Tests.Sqlite.TestStore;

namespace MultiAgentInfra.Clients.Tests.Sqlite;

public sealed class PlacementStoreTests : IDisposable
{
    private static readonly ClusterAmount Pod = new(100, 512L << 20, 1);

    private readonly TestStore _store = new();
    private readonly PlacementStore _placements;

    public PlacementStoreTests() => _placements = new(_store.Database);

    public void Dispose() => _store.Dispose();

    [Fact]
    public async Task Agents_placed_at_once_see_each_other()
    {
        var agents = await AgentsAsync(12);

        var decisions = await Task.WhenAll(agents.Select(agent => Task.Run(() => ClaimAsync(agent, Cluster("1", 10), Cluster("2", 10)))));

        Assert.Equal(6, decisions.Count(decision => decision.Cluster == "1"));
        Assert.Equal(6, decisions.Count(decision => decision.Cluster == "2"));
        Assert.Equal(12, (await _placements.ListAsync(Token)).Count);
    }

    [Fact]
    public async Task An_agent_stays_and_what_is_kept_for_it_follows_what_it_asks_for()
    {
        var agent = Assert.Single(await AgentsAsync(1));
        Assert.Equal("1", (await ClaimAsync(agent, Cluster("1", 10))).Cluster);

        var again = await _placements.ClaimAsync(new(agent, Pod, 3, null), [Cluster("1", 10), Cluster("2", 99)], Token);

        Assert.Equal("1", again.Cluster);
        Assert.Equal(new(agent, "1", Pod * 3), Assert.Single(await _placements.ListAsync(Token)));
    }

    [Fact]
    public async Task Of_two_that_grow_at_once_into_the_last_room_one_is_refused()
    {
        var agents = await AgentsAsync(2);
        foreach (var agent in agents)
            await ClaimAsync(agent, Cluster("1", 3));

        var grown = await Task.WhenAll(agents.Select(agent => Task.Run(() => _placements.ClaimAsync(new(agent, Pod, 2, null), [Cluster("1", 3)], Token))));

        Assert.Equal(DiagnosisCause.Unschedulable, Assert.Single(grown, decision => decision.Cluster is null).Refusal!.Cause);
        Assert.Equal(3, (await _placements.ListAsync(Token)).Sum(reservation => reservation.Amount.Pods));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task What_an_agent_gives_back_is_free_when_its_deployment_has_ended(bool succeeds)
    {
        var agent = await _store.CreateRunningAsync();
        var running = AgentDemand.Of(agent.Id, (await _store.Agents.GetRevisionAsync(agent.Id, 1, Token))!.Resources, null);
        await _placements.ClaimAsync(running with { Replicas = 4 }, [Cluster("1", 10)], Token);
        var change = Assert.IsType<ChangeResult.Accepted>(await _store.Agents.RequestAsync(OperationKind.Restart, agent.OrganizationId, agent.Id, null, Token));
        await _store.Operations.StartAsync(change.Operation.Id, Token);

        await _placements.ClaimAsync(running, [Cluster("1", 10)], Token);
        Assert.Equal(running.Pod * 4, Assert.Single(await _placements.ListAsync(Token)).Amount);
        if (succeeds)
            await _store.Agents.CompleteDeploymentAsync(change.Operation.Id, agent.Id, Core.Images.Digest.Of("image"u8), 1, Token);
        else
            await _store.Agents.FailDeploymentAsync(new(change.Operation.Id, agent.Id, OperationStatus.Failed, Error, StillRuns: true), Token);

        Assert.Equal(running.Total, Assert.Single(await _placements.ListAsync(Token)).Amount);
        Assert.Equal(AgentStatus.Running, (await _store.Agents.FindAsync(agent.Id, Token))!.Status);
    }

    [Fact]
    public async Task What_a_deleted_agent_had_is_free_and_who_was_refused_has_nothing()
    {
        var agents = await AgentsAsync(2);
        await ClaimAsync(agents[0], Cluster("1", 1));
        Assert.Null((await ClaimAsync(agents[1], Cluster("1", 1))).Cluster);
        Assert.Equal(agents[0], Assert.Single(await _placements.ListAsync(Token)).AgentId);

        await new TargetAllocationStore(_store.Database).ReleaseAsync(agents[0], Token);

        Assert.Equal("1", (await ClaimAsync(agents[1], Cluster("1", 1))).Cluster);
    }

    private Task<PlacementDecision> ClaimAsync(Guid agent, params ClusterFacts[] clusters) => _placements.ClaimAsync(new(agent, Pod, 1, null), clusters, Token);

    private ClusterFacts Cluster(string id, int pods) => new(id, id, "kubernetes", ClusterStatus.Up, _store.Clock.Now)
    {
        Nodes = [new("node", true, Pod * pods, default, null, [])],
    };

    private async Task<List<Guid>> AgentsAsync(int count)
    {
        var agents = new List<Guid>();
        for (var index = 0; index < count; index++)
            agents.Add((await _store.CreateAsync(name: $"Agent {index}")).Agent.Id);
        return agents;
    }
}
