using MultiAgentInfra.Core.Deployments;
using MultiAgentInfra.Core.Operations;

namespace MultiAgentInfra.Orchestrations;

/// <summary>Stops an agent because its owner wants it stopped, and proves it gone; its data stays.</summary>
[DurableTask(nameof(StopAgentOrchestrator))]
public sealed class StopAgentOrchestrator : TaskOrchestrator<HaltAgent, OperationResult>
{
    public override async Task<OperationResult> RunAsync(TaskOrchestrationContext context, HaltAgent input)
    {
        var plan = await context.CallAsync(new BeginStop(input.OperationId, input.AgentId));
        if (!plan.Proceed)
            return new OperationResult(OperationStatus.Canceled, "The operation had already ended.");
        try
        {
            // First, so that nobody is told that it does not answer.
            await context.CallStepAsync(new RemoveMonitor(input.OperationId, input.AgentId));
            await context.StopUntilGoneAsync(input.OperationId, input.AgentId);
            await context.CallAsync(new CompleteStop(input.OperationId, input.AgentId));
            return new OperationResult(OperationStatus.Succeeded, null);
        }
        catch (StepFailedException failure)
        {
            await context.CallAsync(new FailStop(input.OperationId, input.AgentId, failure.Status, failure.ToError(new LogTail([]))));
            return new OperationResult(failure.Status, failure.Message);
        }
    }
}
