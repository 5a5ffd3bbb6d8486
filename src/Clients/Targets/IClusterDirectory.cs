using MultiAgentInfra.Core.Clusters;

namespace MultiAgentInfra.Clients.Targets;

/// <summary>Which clusters the target runs agents on, and how they are.</summary>
public interface IClusterDirectory
{
    /// <summary>All of them, as they were a few seconds ago at most; one that does not answer is a value and no exception.</summary>
    /// <exception cref="ApiException">The list of clusters could not be read.</exception>
    Task<IReadOnlyList<ClusterFacts>> ListAsync(CancellationToken cancellationToken);
}
