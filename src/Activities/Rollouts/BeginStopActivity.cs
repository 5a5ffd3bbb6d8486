using MultiAgentInfra.Clients.Sqlite;
using MultiAgentInfra.Core.Deployments;

namespace MultiAgentInfra.Activities.Rollouts;

/// <summary>Only a stop that has not ended goes on, so a repeated start does nothing.</summary>
[DurableTask(nameof(BeginStop))]
public sealed class BeginStopActivity(OperationStore operations) : TaskActivity<BeginStop, StopPlan>
{
    public override async Task<StopPlan> RunAsync(TaskActivityContext context, BeginStop input) =>
        new(await operations.StartAsync(input.OperationId, CancellationToken.None));
}
