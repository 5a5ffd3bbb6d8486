using MultiAgentInfra.Core.Agents;

namespace MultiAgentInfra.Core.Clusters;

/// <summary>What an agent asks of a cluster.</summary>
/// <param name="Pod">For each of its pods: what the scheduler keeps for it.</param>
/// <param name="Replicas">How many pods, from 1.</param>
/// <param name="Cluster">The only one that it may go to; null for any.</param>
public sealed record AgentDemand(Guid AgentId, ClusterAmount Pod, int Replicas, string? Cluster)
{
    private const double LeastCores = 0.05;

    public ClusterAmount Total => Pod * Replicas;

    public static AgentDemand Of(Guid agentId, AgentResources resources, AgentDeployment? deployment)
    {
        var wish = deployment ?? new();
        return new(agentId, Requests(resources), wish.Replicas, wish.Cluster);
    }

    /// <summary>A tenth of the CPU and half of the memory: what an idle agent needs; a start takes up to the limit.</summary>
    public static ClusterAmount Requests(AgentResources resources) =>
        new((long)Math.Round(Math.Max(LeastCores, resources.Cpu / 10) * 1000), resources.MemoryMiB / 2 * 1024L * 1024, 1);
}
