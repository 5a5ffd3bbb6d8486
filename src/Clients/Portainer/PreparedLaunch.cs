using MultiAgentInfra.Clients.Targets;
using MultiAgentInfra.Core.Deployments;

namespace MultiAgentInfra.Clients.Portainer;

/// <summary>What was prepared for an agent, and whether it was handed to Portainer; no secret is in it.</summary>
/// <param name="Cluster">The environment that it was prepared on.</param>
/// <param name="Image">As nodes pull it.</param>
/// <param name="PullSecret">Of its namespace; null where images need none.</param>
/// <param name="Started">Something of it may be there.</param>
/// <param name="Refused">Why the cluster did not take it.</param>
/// <param name="OnDocker">The environment is one of Docker.</param>
/// <param name="IsForgotten">Its template was taken away; what is left is where the agent's data is.</param>
internal sealed record PreparedLaunch(AgentLaunch Launch, int Cluster, string Image, string? PullSecret, bool Started = false, Diagnosis? Refused = null, bool IsForgotten = false, bool OnDocker = false);
