using MultiAgentInfra.Clients.Sqlite;
using MultiAgentInfra.Core.Deployments;

namespace MultiAgentInfra.Activities.Rollouts;

/// <summary>The deployment has failed or was cancelled, and everything is undone: one transaction.</summary>
[DurableTask(nameof(FailDeployment))]
public sealed class FailDeploymentActivity(AgentStore agents) : TaskActivity<FailDeployment, Done>
{
    public override async Task<Done> RunAsync(TaskActivityContext context, FailDeployment input)
    {
        await agents.FailDeploymentAsync(input, CancellationToken.None);
        return Done.Instance;
    }
}
