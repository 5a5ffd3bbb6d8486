using MultiAgentInfra.Core.Agents;
using MultiAgentInfra.Core.Images;

namespace MultiAgentInfra.Clients.Targets;

/// <summary>Everything that a start of one agent needs, apart from its secrets and environment.</summary>
/// <param name="Image">The agent image.</param>
/// <param name="RuntimeLayer">The layer that agents of the same plugins share.</param>
/// <param name="Port">The loopback port that the agent must answer on.</param>
/// <param name="Uid">The user and group that the agent runs as; unused where agents are not isolated, and in containers.</param>
/// <param name="OrganizationId">Whose agent it is; unknown of what an earlier release has started.</param>
/// <param name="Deployment">How it wants to run; null for the defaults.</param>
/// <param name="ElizaVersion">The version of ElizaOS in the image; null where it is not known.</param>
public sealed record AgentLaunch(
    Guid AgentId,
    int Revision,
    int Attempt,
    Guid OperationId,
    Digest Image,
    Digest RuntimeLayer,
    int Port,
    int Uid,
    AgentResources Resources,
    Guid OrganizationId = default,
    AgentDeployment? Deployment = null,
    string? ElizaVersion = null)
{
    /// <summary>True for the same attempt of the same revision.</summary>
    public bool IsSameAs(AgentLaunch other) => AgentId == other.AgentId && Revision == other.Revision && Attempt == other.Attempt;
}

/// <summary>Unpacks one image layer into a folder that exists and is empty; the layer's files lie under <c>app/</c>.</summary>
public delegate Task UnpackLayer(string folder, CancellationToken cancellationToken);

/// <summary>Where a target gets an image that was verified: from the registry, or layer by layer.</summary>
/// <param name="Repository">As the registry port knows it, without host and prefix.</param>
public sealed record LaunchFiles(string Repository, UnpackLayer Runtime, UnpackLayer Agent);
