using MultiAgentInfra.Core.Deployments;
using MultiAgentInfra.Core.Operations;

namespace MultiAgentInfra.Orchestrations;

/// <summary>From a stored character to a running, watched agent; on failure everything is undone in reverse, and what ran before runs again.</summary>
[DurableTask(nameof(DeployAgentOrchestrator))]
public sealed class DeployAgentOrchestrator : TaskOrchestrator<DeployAgent, OperationResult>
{
    public override async Task<OperationResult> RunAsync(TaskOrchestrationContext context, DeployAgent input)
    {
        var undo = new Stack<Func<Task>>();
        var progress = new Progress();
        try
        {
            var plan = progress.Plan = await context.CallStepAsync(new ValidateAgent(input.OperationId, input.AgentId, input.Revision));
            if (!plan.Proceed)
                return new OperationResult(OperationStatus.Canceled, "The operation had already ended.");

            var launch = plan.Ready ?? await BuildAsync(context, input, plan.PluginSetKey);
            progress.HasStopped = true;
            await context.StopUntilGoneAsync(input.OperationId, input.AgentId);
            await context.LaunchAsync(input, launch, new(BootOf(plan), KeepsTemplate: plan.Previous is not null), undo);
            await context.CallAsync(new CompleteDeployment(input.OperationId, input.AgentId, launch.Image, launch.Revision));
            return new OperationResult(OperationStatus.Succeeded, null);
        }
        catch (StepFailedException failure)
        {
            return await FailAsync(context, input, failure, progress, undo);
        }
    }

    private static async Task<ProvenRevision> BuildAsync(TaskOrchestrationContext context, DeployAgent input, string pluginSetKey)
    {
        var runtime = await context.GetRuntimeImageAsync(input, pluginSetKey);
        var image = await context.CallStepAsync(new BuildAgentImage(input.OperationId, input.AgentId, input.Revision, runtime));
        await context.CallStepAsync(new PushAgentImage(input.OperationId, input.AgentId, input.Revision, image));
        return new(input.Revision, input.Attempt, image.Digest, runtime);
    }

    private static async Task<OperationResult> FailAsync(
        TaskOrchestrationContext context, DeployAgent input, StepFailedException failure, Progress progress, Stack<Func<Task>> undo)
    {
        var log = await ReadLogAsync(context, input.AgentId);
        var message = failure.Message + await undo.UnwindAsync();
        var (outcome, stillRuns) = ((OperationOutcome?)null, !progress.HasStopped);
        if (progress is { HasStopped: true, Plan: { Previous: { } previous } plan })
        {
            if (failure.Status == OperationStatus.Failed)
            {
                var rolledBack = await RollBackAsync(context, input, previous, BootOf(plan));
                (outcome, stillRuns) = rolledBack is null ? (OperationOutcome.RolledBack, true) : (OperationOutcome.RollbackFailed, false);
                message += rolledBack;
            }
            else
            {
                message += await new Stack<Func<Task>>([() => context.CallStepAsync(new RemoveTemplate(input.OperationId, input.AgentId))]).UnwindAsync();
            }
        }

        var error = failure.ToError(log) with { Message = message };
        await context.CallAsync(new FailDeployment(input.OperationId, input.AgentId, failure.Status, error, outcome, stillRuns));
        return new OperationResult(failure.Status, message, outcome);
    }

    /// <returns>Null when the revision that ran before runs again, else a sentence on why not, after a space.</returns>
    private static async Task<string?> RollBackAsync(TaskOrchestrationContext context, DeployAgent input, ProvenRevision previous, TimeSpan boot)
    {
        var undo = new Stack<Func<Task>>();
        try
        {
            // Once more, with an answer that counts: the undo may have failed to stop what it started.
            await context.StopUntilGoneAsync(input.OperationId, input.AgentId);
            await context.LaunchAsync(input, previous, new(boot, Rollback: true), undo);
            return null;
        }
        catch (StepFailedException failure)
        {
            return $" The rollback to revision {previous.Revision} failed at '{failure.Step}': {failure.Message}{await undo.UnwindAsync()}";
        }
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

    private static TimeSpan BootOf(DeploymentPlan plan) => plan.Boot ?? StepBudgets.Boot;

    private sealed class Progress
    {
        public DeploymentPlan? Plan { get; set; }

        /// <summary>Whether what ran before may be gone.</summary>
        public bool HasStopped { get; set; }
    }
}
