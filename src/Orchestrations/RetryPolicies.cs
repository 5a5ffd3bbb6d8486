using MultiAgentInfra.Core;
using MultiAgentInfra.Core.Deployments;

namespace MultiAgentInfra.Orchestrations;

/// <summary>The three retry policies of the project; a <see cref="NonRetryableException"/> ends each of them at once.</summary>
internal static class RetryPolicies
{
    /// <summary>Work on this machine and in the store: short pauses.</summary>
    public static readonly TaskOptions Local = Policy(StepBudgets.Attempts, firstRetrySeconds: 0.2);

    /// <summary>Work that depends on another system, such as a package registry or the target: long pauses.</summary>
    public static readonly TaskOptions Remote = Policy(StepBudgets.Attempts, firstRetrySeconds: 2);

    /// <summary>What ends an operation: it must get through, however long the store is away.</summary>
    public static readonly TaskOptions Persistent = Policy(maxNumberOfAttempts: 30, firstRetrySeconds: 0.2);

    private static TaskOptions Policy(int maxNumberOfAttempts, double firstRetrySeconds) =>
        TaskOptions.FromRetryPolicy(new RetryPolicy(
            maxNumberOfAttempts,
            TimeSpan.FromSeconds(firstRetrySeconds),
            backoffCoefficient: 2,
            maxRetryInterval: StepBudgets.LongestPause)
        {
            HandleFailure = failure => !failure.IsCausedBy<NonRetryableException>(),
        });
}
