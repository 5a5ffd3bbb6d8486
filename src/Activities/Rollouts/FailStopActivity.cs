using MultiAgentInfra.Clients.Sqlite;
using MultiAgentInfra.Core.Deployments;

namespace MultiAgentInfra.Activities.Rollouts;

/// <summary>The stop has failed or was cancelled; the agent runs on: one transaction.</summary>
[DurableTask(nameof(FailStop))]
public sealed class FailStopActivity(AgentStore agents) : TaskActivity<FailStop, Done>
{
    public override async Task<Done> RunAsync(TaskActivityContext context, FailStop input)
    {
        await agents.FailStopAsync(input.OperationId, input.AgentId, input.Status, input.Error, CancellationToken.None);
        return Done.Instance;
    }
}
