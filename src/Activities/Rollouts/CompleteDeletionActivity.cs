using MultiAgentInfra.Clients.Sqlite;
using MultiAgentInfra.Core.Deployments;

namespace MultiAgentInfra.Activities.Rollouts;

/// <summary>Secrets and character are gone, and the deletion has succeeded: one transaction.</summary>
[DurableTask(nameof(CompleteDeletion))]
public sealed class CompleteDeletionActivity(AgentStore agents) : TaskActivity<CompleteDeletion, Done>
{
    public override async Task<Done> RunAsync(TaskActivityContext context, CompleteDeletion input)
    {
        await agents.CompleteDeletionAsync(input.OperationId, input.AgentId, CancellationToken.None);
        return Done.Instance;
    }
}
