namespace MultiAgentInfra.Core.Clusters;

/// <summary>What nodes have, or what pods ask them for.</summary>
/// <param name="CpuMilli">Thousandths of a core.</param>
/// <param name="MemoryBytes">Bytes.</param>
/// <param name="Pods">How many.</param>
public readonly record struct ClusterAmount(long CpuMilli, long MemoryBytes, int Pods)
{
    public static ClusterAmount operator +(ClusterAmount left, ClusterAmount right) =>
        new(left.CpuMilli + right.CpuMilli, left.MemoryBytes + right.MemoryBytes, left.Pods + right.Pods);

    public static ClusterAmount operator -(ClusterAmount left, ClusterAmount right) =>
        new(left.CpuMilli - right.CpuMilli, left.MemoryBytes - right.MemoryBytes, left.Pods - right.Pods);

    public static ClusterAmount operator *(ClusterAmount one, int count) => new(one.CpuMilli * count, one.MemoryBytes * count, one.Pods * count);

    /// <summary>Of each the larger.</summary>
    public static ClusterAmount Max(ClusterAmount left, ClusterAmount right) =>
        new(Math.Max(left.CpuMilli, right.CpuMilli), Math.Max(left.MemoryBytes, right.MemoryBytes), Math.Max(left.Pods, right.Pods));

    public static ClusterAmount Sum(IEnumerable<ClusterAmount> amounts) => amounts.Aggregate(default(ClusterAmount), (sum, amount) => sum + amount);

    /// <summary>How often the part, which is at least one of each, is in it as a whole; never less than 0.</summary>
    public long CountOf(ClusterAmount part) =>
        Math.Max(0, Math.Min(Math.Min(CpuMilli / part.CpuMilli, MemoryBytes / part.MemoryBytes), Pods / part.Pods));

    /// <summary>How many of the part make up at least this; never less than 0.</summary>
    public long CountToCover(ClusterAmount part) => Math.Max(0, Math.Max(
        Math.Max(RoundUp(CpuMilli, part.CpuMilli), RoundUp(MemoryBytes, part.MemoryBytes)), RoundUp(Pods, part.Pods)));

    private static long RoundUp(long amount, long part) => (amount + part - 1) / part;
}
