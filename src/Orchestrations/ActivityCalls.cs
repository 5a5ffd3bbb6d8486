using MultiAgentInfra.Core.Deployments;

namespace MultiAgentInfra.Orchestrations;

/// <summary>Typed calls: the input record says which activity answers, and with what.</summary>
internal static class ActivityCalls
{
    public static async Task<TOutput> CallStepAsync<TOutput>(
        this TaskOrchestrationContext context, IStepInput<TOutput> input, TaskOptions? options = null)
    {
        try
        {
            return await context.CallAsync(input, options ?? (StepBudgets.AsksTarget(input.Step) ? RetryPolicies.Remote : RetryPolicies.Local));
        }
        catch (TaskFailedException exception)
        {
            throw StepFailedException.From(input.Step, exception.FailureDetails);
        }
    }

    public static Task<TOutput> CallAsync<TOutput>(
        this TaskOrchestrationContext context, IActivityInput<TOutput> input, TaskOptions? options = null) =>
        context.CallActivityAsync<TOutput>(input.GetType().Name, input, options ?? RetryPolicies.Persistent);
}
