using FsCheck;
using FsCheck.Fluent;
using MultiAgentInfra.Core.Clusters;
using MultiAgentInfra.Core.Deployments;
using static MultiAgentInfra.Core.Tests.Clusters.ClusterSamples;

namespace MultiAgentInfra.Core.Tests.Clusters;

/// <summary>Agents that have their place and ask for more.</summary>
public sealed class PlacementGrowthTests
{
    [Theory]
    [InlineData(2, 3, true)]
    [InlineData(1, 3, false)]
    [InlineData(0, 1, true)]
    [InlineData(0, 2, false)]
    public void An_agent_that_grows_needs_room_for_what_is_not_kept_for_it(int free, int replicas, bool fits)
    {
        var agent = Guid.NewGuid();
        var home = Cluster("1", pods: free + 1, requested: 1) with { Agents = new Dictionary<Guid, AgentUse> { [agent] = On("n1", Pod) } };

        var decision = PlacementRules.Decide(new(agent, Pod, replicas, null), new([home], [new(agent, "1", Pod)], new HashSet<string>(), Now));

        Assert.Equal(fits ? "1" : null, decision.Cluster);
        if (fits)
            return;
        Assert.Equal($"The agent asks for more than there is on its cluster 'c1' (1): 'c1' (1) has room for {free + 1} of its {replicas} pods of that size", decision.Explanation);
        Assert.Equal((DiagnosisCause.Unschedulable, false), (decision.Refusal!.Cause, decision.MayPass));
    }

    [Theory]
    [InlineData(1, true)]
    [InlineData(2, false)]
    public void A_pod_that_grows_has_the_place_of_the_one_before(int size, bool fits)
    {
        var agent = Guid.NewGuid();
        var home = Cluster("1") with
        {
            Nodes = [Node("n1", new(400, 2 * GiB, 10)) with { Requested = new(300, 3 * GiB / 2, 3) }, Node("n2", new(8000, GiB, 10)) with { Requested = new(100, GiB / 2, 1) }],
            Agents = new Dictionary<Guid, AgentUse> { [agent] = On("n1", Pod) },
        };
        var demand = new AgentDemand(agent, new(100, size * GiB, 1), 1, null);

        Assert.Equal(fits, PlacementRules.Decide(demand, new([home], [new(agent, "1", Pod)], new HashSet<string>(), Now)).Cluster is not null);
    }

    [Fact]
    public void Whoever_asks_for_no_more_than_is_kept_stays_whatever_the_cluster_has() => Prop.ForAll(Situations().ToArbitrary(), Gen.Choose(1, 5).ToArbitrary(), (situation, replicas) =>
    {
        var agent = Guid.NewGuid();
        foreach (var cluster in situation.Clusters.Where(cluster => cluster.Status == ClusterStatus.Up && Now - cluster.SeenAt <= PlacementRules.OldestFacts))
        {
            var there = situation with { Reservations = [.. situation.Reservations, new(agent, cluster.Id, Pod * 5)] };
            Assert.Equal(cluster.Id, PlacementRules.Decide(new(agent, Pod, replicas, null), there).Cluster);
        }
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void Agents_that_come_and_grow_are_never_promised_more_than_there_is() => Prop.ForAll(
        Gen.Choose(0, 12).ToArbitrary(), Gen.Choose(0, 5).Zip(Gen.Choose(1, 4)).ListOf().ToArbitrary(), (pods, wishes) =>
    {
        var agents = Enumerable.Range(0, 6).Select(_ => Guid.NewGuid()).ToArray();
        var promised = new Dictionary<Guid, ClusterAmount>();
        foreach (var (agent, replicas) in wishes.Select(wish => (agents[wish.Item1], wish.Item2)))
        {
            var demand = new AgentDemand(agent, Pod, replicas, null);
            if (Decide(demand, promised).Cluster is not null)
                promised[agent] = ClusterAmount.Max(promised.GetValueOrDefault(agent), demand.Total);
            Assert.InRange(ClusterAmount.Sum(promised.Values).Pods, 0, pods);
        }

        PlacementDecision Decide(AgentDemand demand, Dictionary<Guid, ClusterAmount> promised) => PlacementRules.Decide(
            demand, new([Cluster("1", pods)], [.. promised.Select(agent => new ClusterReservation(agent.Key, "1", agent.Value))], new HashSet<string>(), Now));
    }).QuickCheckThrowOnFailure();
}
