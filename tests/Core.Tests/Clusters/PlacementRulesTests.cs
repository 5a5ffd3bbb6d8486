using FsCheck;
using FsCheck.Fluent;
using MultiAgentInfra.Core.Agents;
using MultiAgentInfra.Core.Clusters;
using MultiAgentInfra.Core.Deployments;
using static MultiAgentInfra.Core.Tests.Clusters.ClusterSamples;

namespace MultiAgentInfra.Core.Tests.Clusters;

public sealed class PlacementRulesTests
{
    [Theory]
    [InlineData(1, 1024, 100, 512)]
    [InlineData(0.1, 256, 50, 128)]
    [InlineData(16, 16384, 1600, 8192)]
    public void An_agent_asks_for_a_tenth_of_its_cpu_and_half_of_its_memory(double cpu, int memoryMiB, long milli, long requestedMiB) =>
        Assert.Equal(new(milli, requestedMiB << 20, 1), AgentDemand.Of(Guid.NewGuid(), new(memoryMiB, cpu), null).Pod);

    [Fact]
    public void Every_replica_counts()
    {
        var demand = AgentDemand.Of(Guid.NewGuid(), new(1024, 1), new AgentDeployment("2", Replicable: true, Replicas: 3, MaxReplicas: 9));

        Assert.Equal((new ClusterAmount(300, 3 * GiB / 2, 3), "2"), (demand.Total, demand.Cluster));
    }

    [Fact]
    public void The_decision_says_of_every_cluster_why()
    {
        var decision = Decide(
            [
                Cluster("1", pods: 5), Cluster("2", pods: 8), Cluster("3", pods: 0), Cluster("4") with { Status = ClusterStatus.Down },
                Cluster("5") with { Status = ClusterStatus.Unknown, Problem = "no answer" }, Cluster("6"), Cluster("7") with { SeenAt = Now.AddHours(-1) },
                Cluster("8") with { OnlyByName = true },
            ],
            drained: "6");

        Assert.Equal("2", decision.Cluster);
        Assert.Equal(
            "It goes to 'c2' (2), which has the most room: 'c1' (1) has room for 5 such agents; 'c2' (2) has room for 8 such agents; 'c3' (3) has no room for it; 'c4' (4) is down; "
            + "'c5' (5) could not be asked (no answer); 'c6' (6) is drained; 'c7' (7) was not seen for too long; 'c8' (8) takes those alone that ask for it",
            decision.Explanation);
    }

    [Theory]
    [InlineData("1", "The agent asks for cluster 'c1' (1), which does not take it: 'c1' (1) is down; 'c2' (2) has room for 110 such agents")]
    [InlineData("9", "There is no cluster '9': 'c1' (1) is down; 'c2' (2) has room for 110 such agents")]
    public void A_cluster_that_was_asked_for_and_does_not_take_the_agent_is_not_exchanged_for_another(string wanted, string expected)
    {
        var decision = Decide([Cluster("1") with { Status = ClusterStatus.Down }, Cluster("2")], wanted: wanted);

        Assert.Equal((null, expected, false), (decision.Cluster, decision.Explanation, decision.MayPass));
    }

    [Fact]
    public void A_cluster_that_takes_those_alone_that_ask_for_it_is_chosen_by_its_name()
    {
        List<ClusterFacts> clusters = [Cluster("1") with { OnlyByName = true }, Cluster("2", pods: 1)];

        Assert.Equal("2", Decide([.. clusters]).Cluster);
        Assert.Equal("1", Decide([.. clusters], wanted: "1").Cluster);
    }

    [Fact]
    public void An_engine_takes_the_agents_that_ask_for_it()
    {
        var engine = Cluster("1") with { OnlyByName = true };

        Assert.Null(Decide([engine]).Cluster);
        Assert.StartsWith("It goes to 'c1' (1), as it asks to", Decide([engine], wanted: "1").Explanation, StringComparison.Ordinal);
    }

    [Fact]
    public void What_was_not_known_for_the_moment_is_worth_another_try()
    {
        Assert.True(Decide([Cluster("1") with { Status = ClusterStatus.Unknown }, Cluster("2", pods: 0)]).MayPass);
        Assert.False(Decide([Cluster("1") with { Status = ClusterStatus.Down }, Cluster("2", pods: 0)]).MayPass);
        Assert.Equal("No cluster takes the agent", Decide([]).Explanation);
    }

    [Fact]
    public void A_pod_needs_a_node_that_has_room_for_all_of_it()
    {
        var scattered = Cluster("1") with { Nodes = [.. Enumerable.Range(1, 10).Select(index => Node($"n{index}", new(1000, GiB / 4, 110)))] };

        Assert.Null(Decide([scattered]).Cluster);
    }

    [Fact]
    public void A_node_that_takes_no_pods_counts_for_nothing()
    {
        var decision = Decide([Cluster("1") with { Nodes = [Node("n1", new(1000, GiB, 110)), Node("n2", new(8000, 64 * GiB, 110)) with { IsReady = false }] }]);

        Assert.Equal(2, Assert.Single(decision.Verdicts).Room);
    }

    [Theory]
    [InlineData(true, false, false, null)]
    [InlineData(false, true, false, null)]
    [InlineData(false, false, true, "The agent's data is on cluster 'c1' (1), which is down, and volumes do not move between clusters")]
    public void An_agent_stays_where_its_data_is_even_when_its_cluster_is_full_or_drained(bool full, bool drained, bool down, string? refusal)
    {
        var agent = Guid.NewGuid();
        var home = Cluster("1", full ? 0 : 5) with { Status = down ? ClusterStatus.Down : ClusterStatus.Up };

        var decision = Decide([home, Cluster("2")], [new(agent, "1", Pod)], drained ? "1" : null, agent: agent);

        Assert.Equal(refusal is null ? "1" : null, decision.Cluster);
        Assert.Equal(refusal ?? "It stays on cluster 'c1' (1), where its data is", decision.Explanation);
    }

    [Theory]
    [InlineData(ClusterStatus.Up, 0, null, DiagnosisCause.Unschedulable)]
    [InlineData(ClusterStatus.Down, 5, null, DiagnosisCause.NoCluster)]
    [InlineData(ClusterStatus.Unknown, 5, null, DiagnosisCause.NoCluster)]
    [InlineData(ClusterStatus.Up, 5, "9", DiagnosisCause.NoCluster)]
    public void A_refusal_has_a_cause_and_what_was_found_of_every_cluster(ClusterStatus status, int pods, string? wanted, string cause)
    {
        var decision = Decide([Cluster("1", pods) with { Status = status }, Cluster("2", 0) with { OnlyByName = true }], wanted: wanted);

        Assert.Equal((cause, $"{decision.Explanation}."), (decision.Refusal!.Cause, decision.Refusal.Message));
        Assert.Equal(decision.Verdicts.Select(verdict => verdict.Reason), decision.Refusal.Evidence);
        Assert.NotEmpty(decision.Refusal.Hint);
        Assert.Equal(DiagnosisCause.NoCluster, Decide([Cluster("1")], drained: "1").Refusal!.Cause);
        Assert.Null(Decide([Cluster("1")]).Refusal);
    }

    [Fact]
    public void An_agent_whose_data_is_elsewhere_is_not_moved()
    {
        var agent = Guid.NewGuid();

        Assert.Equal(
            "The agent's data is on cluster 'c1' (1), and volumes do not move between clusters: it cannot go to '2'",
            Decide([Cluster("1"), Cluster("2")], [new(agent, "1", Pod)], agent: agent, wanted: "2").Explanation);
        Assert.Equal(
            "The agent's data is on cluster '3', which is not there any more, and volumes do not move between clusters",
            Decide([Cluster("1")], [new(agent, "3", Pod)], agent: agent).Explanation);
    }

    [Fact]
    public void What_is_reserved_and_what_already_runs_is_counted_once()
    {
        var agent = Guid.NewGuid();
        var running = Cluster("1", pods: 10, requested: 1) with { Agents = new Dictionary<Guid, AgentUse> { [agent] = new(Pod, default) } };
        var waiting = Cluster("1", pods: 10) with { Agents = new Dictionary<Guid, AgentUse> { [agent] = new(default, Pod) } };

        Assert.Equal(9, Assert.Single(Decide([running], [new(agent, "1", Pod)]).Verdicts).Room);
        Assert.Equal(9, Assert.Single(Decide([waiting], [new(agent, "1", Pod)]).Verdicts).Room);
        Assert.Equal(9, Assert.Single(Decide([waiting]).Verdicts).Room);
        Assert.Equal(8, Assert.Single(Decide([waiting with { OthersWaiting = Pod }]).Verdicts).Room);
    }

    [Fact]
    public void A_bad_cluster_is_never_chosen_and_no_good_one_has_more_room() => Prop.ForAll(Situations().ToArbitrary(), situation =>
    {
        var decision = PlacementRules.Decide(new(Guid.NewGuid(), Pod, 1, null), situation);

        var good = situation.Clusters.Where(cluster => cluster.Status == ClusterStatus.Up && !cluster.OnlyByName && Now - cluster.SeenAt <= PlacementRules.OldestFacts
            && !situation.Drained.Contains(cluster.Id) && Room(cluster, situation) > 0).ToList();
        Assert.Equal(good.Count == 0, decision.Cluster is null);
        Assert.Equal(situation.Clusters.Count, decision.Verdicts.Count);
        if (decision.Cluster is { } chosen)
            Assert.Equal(good.Max(cluster => Room(cluster, situation)), Room(Assert.Single(good, cluster => cluster.Id == chosen), situation));
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void The_order_of_what_is_known_does_not_matter() => Prop.ForAll(Situations().ToArbitrary(), situation =>
    {
        var demand = new AgentDemand(Guid.NewGuid(), Pod, 1, null);

        var reversed = situation with { Clusters = [.. situation.Clusters.Reverse()], Reservations = [.. situation.Reservations.Reverse()] };
        Assert.Equal(PlacementRules.Decide(demand, situation).Explanation, PlacementRules.Decide(demand, reversed).Explanation);
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void Many_agents_are_balanced_whatever_their_clusters_held_before() => Prop.ForAll(Situations().ToArbitrary(), Gen.Choose(1, 60).ToArbitrary(), (situation, agents) =>
    {
        var before = situation.Reservations.Count;
        for (var count = 0; count < agents; count++)
        {
            var demand = new AgentDemand(Guid.NewGuid(), Pod, 1, null);
            if (PlacementRules.Decide(demand, situation).Cluster is { } cluster)
                situation = situation with { Reservations = [.. situation.Reservations, new(demand.AgentId, cluster, demand.Total)] };
        }

        var last = PlacementRules.Decide(new(Guid.NewGuid(), Pod, 1, null), situation);
        var most = last.Verdicts.Count == 0 ? 0 : last.Verdicts.Max(verdict => verdict.Room);
        foreach (var cluster in situation.Reservations.Skip(before).Select(reservation => reservation.Cluster).Distinct())
            Assert.InRange(last.Verdicts.Single(verdict => verdict.Cluster == cluster).Room, most - 1, most);
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void Five_hundred_at_once_are_spread_and_none_is_promised_what_is_not_there()
    {
        ClusterFacts[] clusters = [Cluster("1", 110), Cluster("2", 200), Cluster("3", 300)];
        var reservations = new List<ClusterReservation>();
        for (var count = 0; count < 500; count++)
        {
            var agent = Guid.NewGuid();
            reservations.Add(new(agent, Decide(clusters, reservations, agent: agent).Cluster!, Pod));
        }

        Assert.Equal([74, 163, 263], clusters.Select(cluster => reservations.Count(reservation => reservation.Cluster == cluster.Id)).Select(count => count));
        for (var count = 500; count < 610; count++)
            reservations.Add(new(Guid.NewGuid(), Decide(clusters, reservations).Cluster!, Pod));
        Assert.Null(Decide(clusters, reservations).Cluster);
    }

    private static PlacementDecision Decide(
        IReadOnlyList<ClusterFacts> clusters, IReadOnlyList<ClusterReservation>? reservations = null, string? drained = null, Guid? agent = null, string? wanted = null) =>
        PlacementRules.Decide(new(agent ?? Guid.NewGuid(), Pod, 1, wanted), new(clusters, reservations ?? [], drained is null ? new HashSet<string>() : new HashSet<string> { drained }, Now));
}
