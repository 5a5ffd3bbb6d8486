using MultiAgentInfra.Clients.Sqlite;
using MultiAgentInfra.Core;
using MultiAgentInfra.Core.Clusters;
using MultiAgentInfra.Core.Deployments;

namespace MultiAgentInfra.Clients.Portainer;

/// <summary>Where an agent goes.</summary>
/// <param name="Environment">The number of an environment of Portainer.</param>
/// <param name="Reason">One sentence for people, without its full stop.</param>
public sealed record Placement(int Environment, string Reason);

/// <summary>Chooses the environment of Portainer that an agent goes to, or finds the one where its data is.</summary>
/// <exception cref="NonRetryableException">None takes it.</exception>
public delegate Task<Placement> PlaceAgent(AgentDemand demand, CancellationToken cancellationToken);

/// <summary>Places agents by what their clusters have room for, and remembers where.</summary>
public sealed class PortainerPlacement(PortainerDirectory directory, PlacementStore placements)
{
    /// <exception cref="NonRetryableException">No cluster takes it; says why of each, with a <see cref="DiagnosedException"/>.</exception>
    /// <exception cref="InvalidOperationException">The same for the moment, because some could not be asked.</exception>
    public async Task<Placement> PlaceAsync(AgentDemand demand, CancellationToken cancellationToken)
    {
        var decision = await placements.ClaimAsync(demand, await directory.ListAsync(cancellationToken), cancellationToken);
        if (decision.Refusal is not { } refusal)
            return new(PortainerDirectory.NumberOf(decision.Cluster!)!.Value, decision.Explanation);
        var cause = new DiagnosedException(refusal);
        throw decision.MayPass ? new InvalidOperationException(refusal.Message, cause) : new NonRetryableException(refusal.Message, cause);
    }
}
