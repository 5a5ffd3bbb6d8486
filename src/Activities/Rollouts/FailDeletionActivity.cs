using MultiAgentInfra.Clients.Sqlite;
using MultiAgentInfra.Core.Deployments;

namespace MultiAgentInfra.Activities.Rollouts;

/// <summary>The deletion has failed; the agent can be deleted again.</summary>
[DurableTask(nameof(FailDeletion))]
public sealed class FailDeletionActivity(AgentStore agents) : TaskActivity<FailDeletion, Done>
{
    public override async Task<Done> RunAsync(TaskActivityContext context, FailDeletion input)
    {
        await agents.FailDeletionAsync(input.OperationId, input.AgentId, input.Error, CancellationToken.None);
        return Done.Instance;
    }
}
