using MultiAgentInfra.Core.Deployments;
using MultiAgentInfra.Core.Operations;

namespace MultiAgentInfra.Orchestrations;

/// <summary>Ends what still runs for the agent, proves its process gone, and removes everything that was its own.</summary>
[DurableTask(nameof(DeleteAgentOrchestrator))]
public sealed class DeleteAgentOrchestrator : TaskOrchestrator<DeleteAgent, OperationResult>
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(500);

    public override async Task<OperationResult> RunAsync(TaskOrchestrationContext context, DeleteAgent input)
    {
        try
        {
            if (!await CancelDeploymentsAsync(context, input))
                return new OperationResult(OperationStatus.Canceled, "The operation had already ended.");
            await context.CallStepAsync(new RemoveMonitor(input.OperationId, input.AgentId));
            await context.StopUntilGoneAsync(input.OperationId, input.AgentId);
            await context.CallStepAsync(new RemoveAgent(input.OperationId, input.AgentId));
            await context.CallAsync(new CompleteDeletion(input.OperationId, input.AgentId));
            return new OperationResult(OperationStatus.Succeeded, null);
        }
        catch (StepFailedException failure)
        {
            var error = new OperationError(failure.Step, failure.Message, []);
            await context.CallAsync(new FailDeletion(input.OperationId, input.AgentId, error));
            return new OperationResult(failure.Status, failure.Message);
        }
    }

    private static async Task<bool> CancelDeploymentsAsync(TaskOrchestrationContext context, DeleteAgent input)
    {
        var asked = context.CurrentUtcDateTime;
        while (true)
        {
            var answer = await context.CallStepAsync(new CancelDeployments(input.OperationId, input.AgentId));
            if (!answer.Proceed || answer.Ended)
                return answer.Proceed;
            if (context.CurrentUtcDateTime >= asked + StepBudgets.Cancellation)
                throw new StepFailedException("cancel-deployments", "A deployment of the agent did not stop when it was told to.");
            await context.CreateTimer(context.CurrentUtcDateTime + Pause, CancellationToken.None);
        }
    }
}
