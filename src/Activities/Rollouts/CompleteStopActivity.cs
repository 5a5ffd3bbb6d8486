using MultiAgentInfra.Clients.Sqlite;
using MultiAgentInfra.Core.Deployments;

namespace MultiAgentInfra.Activities.Rollouts;

/// <summary>The agent is stopped, and its operation has succeeded: one transaction.</summary>
[DurableTask(nameof(CompleteStop))]
public sealed class CompleteStopActivity(AgentStore agents) : TaskActivity<CompleteStop, Done>
{
    public override async Task<Done> RunAsync(TaskActivityContext context, CompleteStop input)
    {
        await agents.CompleteStopAsync(input.OperationId, input.AgentId, CancellationToken.None);
        return Done.Instance;
    }
}
