using MultiAgentInfra.Clients;
using MultiAgentInfra.Clients.Sqlite;
using MultiAgentInfra.Clients.Targets;
using MultiAgentInfra.Core.Clusters;
using MultiAgentInfra.Functions.Http;

namespace MultiAgentInfra.Functions;

/// <summary>The clusters as an organization may see them: of others' agents only how many there are.</summary>
public sealed class ClusterViews(IClusterDirectory directory, ClusterStore clusters, IAgentTarget target)
{
    /// <exception cref="ProblemException">Their list could not be read.</exception>
    public async Task<IReadOnlyList<ClusterView>> ListAsync(Guid organization, CancellationToken cancellationToken)
    {
        var facts = await ReadAsync(cancellationToken);
        var drained = await clusters.ListDrainedAsync(cancellationToken);
        var agents = (await clusters.ListAgentsAsync(target.Name, cancellationToken)).ToLookup(agent => agent.Cluster);
        return
        [
            .. facts.OrderBy(cluster => cluster.Id.Length).ThenBy(cluster => cluster.Id, StringComparer.Ordinal).Select(cluster => new ClusterView(
                cluster,
                drained.Contains(cluster.Id),
                [.. agents[cluster.Id].Where(agent => agent.OrganizationId == organization).Select(agent => agent.AgentId)],
                agents[cluster.Id].Count(agent => agent.OrganizationId != organization))),
        ];
    }

    /// <returns>Null when there is no such cluster.</returns>
    /// <exception cref="ProblemException">Their list could not be read.</exception>
    public async Task<ClusterView?> FindAsync(string id, Guid organization, CancellationToken cancellationToken) =>
        (await ListAsync(organization, cancellationToken)).FirstOrDefault(view => view.Facts.Id == id);

    private async Task<IReadOnlyList<ClusterFacts>> ReadAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await directory.ListAsync(cancellationToken);
        }
        catch (ApiException)
        {
            throw new ProblemException(Problems.ClustersUnknown());
        }
    }
}
