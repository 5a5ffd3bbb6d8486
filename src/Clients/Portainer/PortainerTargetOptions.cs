using MultiAgentInfra.Clients.Kubernetes;
using MultiAgentInfra.Core.Deployments;

namespace MultiAgentInfra.Clients.Portainer;

/// <summary>How agents run in the clusters of a Portainer.</summary>
/// <param name="Place">Where each goes.</param>
/// <param name="RegistryId">Portainer's number of the registry that clusters pull from; null where this program makes the pull secrets.</param>
/// <param name="ControlPlaneRanges">From where API servers reach pods; none where only kubelets ask agents for their health.</param>
public sealed record PortainerTargetOptions(PlaceAgent Place, int? RegistryId, IReadOnlyList<string> ControlPlaneRanges)
{
    /// <summary>How long an agent may take from its start to its first good answer.</summary>
    public TimeSpan Boot { get; init; } = StepBudgets.LongestBoot;

    /// <summary>For agents in Kubernetes environments.</summary>
    public AgentSettings Agents { get; init; } = new();

    /// <summary>Whether containers of Docker environments use their engine's own network, for an engine without a bridge.</summary>
    public bool HostNetwork { get; init; }

    /// <summary>How long what often heals by itself may last before it counts as a failure.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(20);
}
