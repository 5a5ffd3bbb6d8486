using MultiAgentInfra.Core.Deployments;

namespace MultiAgentInfra.Orchestrations;

/// <summary>The running half of a deployment: an image goes to the target, starts, and is watched until it has proven itself.</summary>
internal static class Launches
{
    /// <summary>Runs the revision, which must be the only one of its agent.</summary>
    /// <param name="undo">Gets what is to be undone, each before it is done.</param>
    public static async Task LaunchAsync(
        this TaskOrchestrationContext context, DeployAgent deployment, ProvenRevision launch, LaunchOptions options, Stack<Func<Task>> undo)
    {
        var (operationId, agentId, rollback) = (deployment.OperationId, deployment.AgentId, options.Rollback);
        if (!options.KeepsTemplate)
            undo.Push(() => context.CallStepAsync(new RemoveTemplate(operationId, agentId)));
        var secrets = rollback ? Task.CompletedTask : context.CallStepAsync(new PrepareSecrets(operationId, agentId));
        var template = context.PrepareUntilReadyAsync(new PrepareTemplate(operationId, agentId, launch.Revision, launch.Image, launch.Attempt, rollback));
        await Task.WhenAll(secrets, template);

        undo.Push(() => context.StopUntilGoneAsync(operationId, agentId));
        await context.StartUntilAnsweredAsync(new StartAgent(operationId, agentId, launch.Revision, rollback));
        await context.WaitUntilHealthyAsync(new CheckAgent(operationId, agentId, rollback), options.Boot);
        await context.HoldAsync(new HoldAgent(operationId, agentId, Last: false, rollback));

        undo.Push(() => context.CallStepAsync(new RemoveMonitor(operationId, agentId)));
        await context.CallStepAsync(new RegisterMonitor(operationId, agentId, launch.Image, launch.Runtime, rollback));
    }

    /// <summary>Undoes in reverse; what fails does not stop the rest.</summary>
    /// <returns>Sentences on what failed, each after a space.</returns>
    public static async Task<string> UnwindAsync(this Stack<Func<Task>> undo)
    {
        var failures = "";
        while (undo.TryPop(out var compensate))
        {
            try
            {
                await compensate();
            }
            catch (StepFailedException failure)
            {
                failures += $" Undo step '{failure.Step}' failed too: {failure.Message}";
            }
        }

        return failures;
    }
}

/// <summary>How a revision is launched.</summary>
/// <param name="Boot">How long it may take to its first good answer.</param>
/// <param name="Rollback">Whether it ran before, and is started again because its successor failed.</param>
/// <param name="KeepsTemplate">Whether the template stays when this launch fails, because the next one replaces it.</param>
internal sealed record LaunchOptions(TimeSpan Boot, bool Rollback = false, bool KeepsTemplate = false);
