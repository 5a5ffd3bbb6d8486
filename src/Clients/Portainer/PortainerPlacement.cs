using MultiAgentInfra.Clients.Sqlite;
using MultiAgentInfra.Clients.Targets;
using MultiAgentInfra.Core;
using MultiAgentInfra.Core.Clusters;

namespace MultiAgentInfra.Clients.Portainer;

/// <summary>Where an agent goes.</summary>
/// <param name="Environment">The number of an environment of Portainer.</param>
/// <param name="Reason">One sentence for people, without its full stop.</param>
public sealed record Placement(int Environment, string Reason);

/// <summary>Chooses the environment of Portainer that an agent goes to, or finds the one where its data is.</summary>
/// <exception cref="NonRetryableException">None takes it.</exception>
public delegate Task<Placement> PlaceAgent(AgentLaunch launch, CancellationToken cancellationToken);

/// <summary>Places agents by what their clusters have room for, and remembers where.</summary>
public sealed class PortainerPlacement(PortainerDirectory directory, PlacementStore placements)
{
    /// <exception cref="NonRetryableException">No cluster takes it; says why of each.</exception>
    /// <exception cref="InvalidOperationException">None takes it for the moment, because some could not be asked.</exception>
    public async Task<Placement> PlaceAsync(AgentLaunch launch, CancellationToken cancellationToken)
    {
        var demand = AgentDemand.Of(launch.AgentId, launch.Resources, launch.Deployment);
        var decision = await placements.ClaimAsync(demand, await directory.ListAsync(cancellationToken), cancellationToken);
        if (decision.Cluster is { } cluster && PortainerDirectory.NumberOf(cluster) is { } environment)
            return new(environment, decision.Explanation);
        throw decision.MayPass ? new InvalidOperationException($"{decision.Explanation}.") : new NonRetryableException($"{decision.Explanation}.");
    }
}
