using MultiAgentInfra.Clients.Sqlite;
using MultiAgentInfra.Core.Deployments;

namespace MultiAgentInfra.Activities.Rollouts;

/// <summary>The first step of a deletion: nothing else may work on the agent.</summary>
[DurableTask(nameof(CancelDeployments))]
public sealed class CancelDeploymentsActivity(OperationStore operations, StepRecorder recorder)
    : TaskActivity<CancelDeployments, CancellationProgress>
{
    public override async Task<CancellationProgress> RunAsync(TaskActivityContext context, CancelDeployments input)
    {
        // Before the recorder: an ended operation keeps its steps as they are.
        if (!await operations.StartAsync(input.OperationId, CancellationToken.None))
            return new CancellationProgress(Proceed: false, Ended: false);
        return await recorder.RunAsync(input.OperationId, ((IStepInput<CancellationProgress>)input).Step, token => CancelAsync(input, token));
    }

    private async Task<StepResult<CancellationProgress>> CancelAsync(CancelDeployments input, CancellationToken cancellationToken)
    {
        var active = await operations.RequestCancelAsync(input.AgentId, input.OperationId, cancellationToken);
        var detail = active == 0 ? "No deployment runs." : $"{active} deployments are being cancelled.";
        return new(new CancellationProgress(Proceed: true, Ended: active == 0), detail, Finished: active == 0);
    }
}
