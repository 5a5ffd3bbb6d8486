using MultiAgentInfra.Clients.Sqlite;
using MultiAgentInfra.Core.Clusters;
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
