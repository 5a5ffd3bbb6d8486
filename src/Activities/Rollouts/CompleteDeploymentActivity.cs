using MultiAgentInfra.Clients.Sqlite;
using MultiAgentInfra.Core.Deployments;

namespace MultiAgentInfra.Activities.Rollouts;

/// <summary>The agent is running, and its operation has succeeded: one transaction.</summary>
[DurableTask(nameof(CompleteDeployment))]
public sealed class CompleteDeploymentActivity(AgentStore agents) : TaskActivity<CompleteDeployment, Done>
{
    public override async Task<Done> RunAsync(TaskActivityContext context, CompleteDeployment input)
    {
        await agents.CompleteDeploymentAsync(input.OperationId, input.AgentId, input.Image, input.Revision, CancellationToken.None);
        return Done.Instance;
    }
}
