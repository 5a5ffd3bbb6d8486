using FsCheck;
using FsCheck.Fluent;
using MultiAgentInfra.Core.Clusters;

namespace MultiAgentInfra.Core.Tests.Clusters;

/// <summary>Clusters, whole and at random, in which each agent has the same pod.</summary>
internal static class ClusterSamples
{
    public const long GiB = 1L << 30;
    public static readonly DateTimeOffset Now = new(2030, 6, 15, 12, 0, 0, TimeSpan.Zero);
    public static readonly ClusterAmount Pod = new(100, GiB / 2, 1);

    /// <param name="pods">For how many of the pods the cluster has room when it is empty.</param>
    /// <param name="requested">How many of them are on it.</param>
    public static ClusterFacts Cluster(string id, int pods = 110, int requested = 0) => new(id, $"c{id}", "kubernetes", ClusterStatus.Up, Now)
    {
        Nodes = [Node("n1", Pod * pods) with { Requested = Pod * requested }],
    };

    public static AgentUse On(string node, ClusterAmount amount) => new(amount, default) { ByNode = new Dictionary<string, ClusterAmount> { [node] = amount } };

    public static ClusterNode Node(string name, ClusterAmount allocatable) => new(name, true, allocatable, default, null, []);

    public static long Room(ClusterFacts cluster, PlacementSituation situation) => cluster.RoomFor(
        Pod, situation.Reservations.Where(reservation => reservation.Cluster == cluster.Id).ToDictionary(reservation => reservation.AgentId, reservation => reservation.Amount));

    public static Gen<PlacementSituation> Situations() =>
        from count in Gen.Choose(0, 6)
        from clusters in Clusters().ListOf(count)
        from drained in Gen.Elements(true, false, false).ListOf(count)
        from reserved in Gen.Choose(0, 5).ListOf(count)
        let named = clusters.Select((cluster, index) => cluster with { Id = $"{index}" }).ToList()
        select new PlacementSituation(
            named,
            [.. named.SelectMany((cluster, index) => Enumerable.Range(0, reserved[index]).Select(_ => new ClusterReservation(Guid.NewGuid(), cluster.Id, Pod)))],
            named.Where((_, index) => drained[index]).Select(cluster => cluster.Id).ToHashSet(),
            Now);

    public static Gen<ClusterFacts> Clusters() =>
        from status in Gen.Elements(ClusterStatus.Up, ClusterStatus.Up, ClusterStatus.Up, ClusterStatus.Down, ClusterStatus.Unknown)
        from onlyByName in Gen.Elements(true, false, false, false)
        from minutes in Gen.Elements(0, 1, 2, 3)
        from nodes in Nodes().ListOf()
        select new ClusterFacts("", "c", "kubernetes", status, Now.AddMinutes(-minutes)) { OnlyByName = onlyByName, Nodes = [.. nodes] };

    public static Gen<ClusterNode> Nodes() =>
        from cpu in Gen.Choose(0, 4000)
        from memory in Gen.Choose(0, 16)
        from pods in Gen.Choose(0, 40)
        from requested in Gen.Choose(0, 10)
        from ready in Gen.Elements(true, true, false)
        select new ClusterNode("n", ready, new(cpu, memory * GiB, pods), Pod * requested, null, []);
}
