using static MultiAgentInfra.Core.Agents.AgentEvent;
using static MultiAgentInfra.Core.Agents.AgentStatus;

namespace MultiAgentInfra.Core.Agents;

/// <summary>The state table of an agent: the only place that says which event leads where.</summary>
public static class AgentTransitions
{
    /// <returns>The next status, or null where the event must not happen.</returns>
    public static AgentStatus? Next(AgentStatus status, AgentEvent @event) => (status, @event) switch
    {
        (Queued or Deploying, DeploymentStarted) => Deploying,
        (Deploying, DeploymentSucceeded) => Running,
        (Queued or Deploying, DeploymentFailed) => Failed,
        (Queued or Deploying, DeploymentReverted) => Running,
        (Running or Failed or Stopped, RedeploymentRequested) => Queued,
        (Running, StopRequested) => Stopping,
        (Stopping, StopSucceeded) => Stopped,
        // What could not be stopped runs on.
        (Stopping, StopFailed) => Running,
        (Deleted or Deleting, DeletionRequested) => null,
        (_, DeletionRequested) => Deleting,
        // A deployment or a stop that ends while its agent is being deleted changes nothing.
        (Deleting, DeploymentFailed or DeploymentReverted or StopFailed) => Deleting,
        (Deleting, DeletionSucceeded) => Deleted,
        (Deleting, DeletionFailed) => Failed,
        _ => null,
    };
}
