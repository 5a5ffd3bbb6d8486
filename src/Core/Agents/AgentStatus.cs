namespace MultiAgentInfra.Core.Agents;

/// <summary>Where an agent stands; on the wire in upper case, such as <c>QUEUED</c>.</summary>
public enum AgentStatus
{
    Queued,
    Deploying,
    Running,
    Failed,
    Deleting,
    Deleted,
}

/// <summary>What happens to an agent.</summary>
public enum AgentEvent
{
    DeploymentStarted,
    DeploymentSucceeded,
    DeploymentFailed,
    RedeploymentRequested,
    DeletionRequested,
    DeletionSucceeded,
    DeletionFailed,
}
