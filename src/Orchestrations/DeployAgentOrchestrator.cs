using MultiAgentInfra.Core.Deployments;
using MultiAgentInfra.Core.Images;
using MultiAgentInfra.Core.Operations;

namespace MultiAgentInfra.Orchestrations;

/// <summary>From a stored character to a running, watched agent; on failure everything is undone in reverse.</summary>
[DurableTask(nameof(DeployAgentOrchestrator))]
public sealed class DeployAgentOrchestrator : TaskOrchestrator<DeployAgent, OperationResult>
{
    public override async Task<OperationResult> RunAsync(TaskOrchestrationContext context, DeployAgent input)
    {
        var undo = new Stack<Func<Task>>();
        try
        {
            var plan = await context.CallStepAsync(new ValidateAgent(input.OperationId, input.AgentId, input.Revision));
            if (!plan.Proceed)
                return new OperationResult(OperationStatus.Canceled, "The operation had already ended.");

            var runtime = await context.GetRuntimeImageAsync(input, plan.PluginSetKey);
            var image = await BuildAgentImageAsync(context, input, runtime);
            await RollOutAsync(context, input, runtime, image, undo);
            await context.CallAsync(new CompleteDeployment(input.OperationId, input.AgentId, image));
            return new OperationResult(OperationStatus.Succeeded, null);
        }
        catch (StepFailedException failure)
        {
            return await FailAsync(context, input, failure, undo);
        }
    }

    private static async Task<Digest> BuildAgentImageAsync(TaskOrchestrationContext context, DeployAgent input, Digest runtime)
    {
        var image = await context.CallStepAsync(new BuildAgentImage(input.OperationId, input.AgentId, input.Revision, runtime));
        await context.CallStepAsync(new PushAgentImage(input.OperationId, input.AgentId, input.Revision, image));
        return image.Digest;
    }

    private static async Task RollOutAsync(
        TaskOrchestrationContext context, DeployAgent input, Digest runtime, Digest image, Stack<Func<Task>> undo)
    {
        await context.StopUntilGoneAsync(input.OperationId, input.AgentId);

        undo.Push(() => context.CallStepAsync(new RemoveTemplate(input.OperationId, input.AgentId)));
        var secrets = context.CallStepAsync(new PrepareSecrets(input.OperationId, input.AgentId));
        var template = context.CallStepAsync(new PrepareTemplate(input.OperationId, input.AgentId, input.Revision, image));
        await Task.WhenAll(secrets, template);

        undo.Push(() => context.StopUntilGoneAsync(input.OperationId, input.AgentId));
        await context.CallStepAsync(new StartAgent(input.OperationId, input.AgentId));
        await context.WaitUntilHealthyAsync(input.OperationId, input.AgentId);
        await context.HoldAsync(input.OperationId, input.AgentId);

        undo.Push(() => context.CallStepAsync(new RemoveMonitor(input.OperationId, input.AgentId)));
        await context.CallStepAsync(new RegisterMonitor(input.OperationId, input.AgentId, image, runtime));
    }

    private static async Task<OperationResult> FailAsync(
        TaskOrchestrationContext context, DeployAgent input, StepFailedException failure, Stack<Func<Task>> undo)
    {
        var log = await ReadLogAsync(context, input.AgentId);
        var message = failure.Message;
        while (undo.TryPop(out var compensate))
        {
            try
            {
                await compensate();
            }
            catch (StepFailedException undoFailure)
            {
                message += $" Undo step '{undoFailure.Step}' failed too: {undoFailure.Message}";
            }
        }

        var error = new OperationError(failure.Step, message, log.Lines);
        await context.CallAsync(new FailDeployment(input.OperationId, input.AgentId, failure.Status, error));
        return new OperationResult(failure.Status, message);
    }

    /// <summary>Before the undo, whose own lines would push out those that matter; and never instead of it.</summary>
    private static async Task<LogTail> ReadLogAsync(TaskOrchestrationContext context, Guid agentId)
    {
        try
        {
            return await context.CallAsync(new ReadLogTail(agentId), RetryPolicies.Local);
        }
        catch (TaskFailedException)
        {
            return new LogTail([]);
        }
    }
}
