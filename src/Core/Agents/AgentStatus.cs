namespace MultiAgentInfra.Core.Agents;

/// <summary>Where an agent stands; on the wire in upper case, such as <c>QUEUED</c>.</summary>
public enum AgentStatus
{
    Queued,
    Deploying,
    Running,
    Failed,
    Stopping,

    /// <summary>Its owner has stopped it: nothing of it runs, and nothing starts it but its owner.</summary>
    Stopped,
    Deleting,
    Deleted,
}

/// <summary>What happens to an agent.</summary>
public enum AgentEvent
{
    DeploymentStarted,
    DeploymentSucceeded,
    DeploymentFailed,

    /// <summary>The deployment has failed, and the revision that ran before still runs, or runs again.</summary>
    DeploymentReverted,
    RedeploymentRequested,
    StopRequested,
    StopSucceeded,
    StopFailed,
    DeletionRequested,
    DeletionSucceeded,
    DeletionFailed,
}
