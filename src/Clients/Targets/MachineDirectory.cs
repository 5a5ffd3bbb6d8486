using MultiAgentInfra.Core.Clusters;

namespace MultiAgentInfra.Clients.Targets;

/// <summary>The one cluster of a target that has no clusters: this machine, by the target's name.</summary>
public sealed class MachineDirectory(IAgentTarget target, TimeProvider time) : IClusterDirectory
{
    public Task<IReadOnlyList<ClusterFacts>> ListAsync(CancellationToken cancellationToken) => Task.FromResult<IReadOnlyList<ClusterFacts>>(
    [
        new(target.Name, target.Name, target.Name == "docker" ? ClusterFacts.Docker : "machine", ClusterStatus.Up, time.GetUtcNow()) { Nodes = [Machine()] },
    ]);

    private static ClusterNode Machine() => new(
        Environment.MachineName, true, new(Environment.ProcessorCount * 1000L, GC.GetGCMemoryInfo().TotalAvailableMemoryBytes, 0), default, null, []);
}
