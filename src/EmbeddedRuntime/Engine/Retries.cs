namespace MultiAgentInfra.EmbeddedRuntime.Engine;

/// <summary>Tries a durable call again after durable timers, as its policy says.</summary>
internal static class Retries
{
    public static async Task<T> RunAsync<T>(TaskOrchestrationContext context, RetryPolicy? policy, Func<Task<T>> call)
    {
        var firstAttempt = context.CurrentUtcDateTime;
        for (var attempt = 1; ; attempt++)
        {
            TimeSpan delay;
            try
            {
                return await call();
            }
            catch (TaskFailedException failed) when (policy is not null && DelayAfter(policy, attempt, context.CurrentUtcDateTime - firstAttempt, failed) is { } next)
            {
                delay = next;
            }

            var longest = DateTime.MaxValue - context.CurrentUtcDateTime;
            await context.CreateTimer(delay < longest ? delay : longest, CancellationToken.None);
        }
    }

    private static TimeSpan? DelayAfter(RetryPolicy policy, int attempt, TimeSpan spent, TaskFailedException failed)
    {
        var isOver = attempt >= policy.MaxNumberOfAttempts
            || failed.FailureDetails.IsCausedBy<PoisonedWorkException>()
            || (policy.RetryTimeout != Timeout.InfiniteTimeSpan && spent >= policy.RetryTimeout)
            || MissingTasks.IsMissing(failed.FailureDetails)
            || !policy.Handles(failed.FailureDetails);
        if (isOver)
            return null;
        var milliseconds = policy.FirstRetryInterval.TotalMilliseconds * Math.Pow(policy.BackoffCoefficient, attempt - 1);
        var longest = policy.MaxRetryInterval == Timeout.InfiniteTimeSpan ? TimeSpan.MaxValue : policy.MaxRetryInterval;
        return milliseconds < longest.TotalMilliseconds ? TimeSpan.FromMilliseconds(milliseconds) : longest;
    }
}
