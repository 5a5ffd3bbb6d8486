using System.Runtime.CompilerServices;
using MultiAgentInfra.Core.Deployments;

namespace MultiAgentInfra.Orchestrations.Tests;

/// <summary>The outer budget exceeds the sum of the inner ones, retries and pauses included.</summary>
public sealed class StepBudgetTests
{
    private static readonly string[] Watched = ["stop", "healthy", "hold", "runtime-image", "cancel-deployments"];
    private static readonly string[] Build = ["lock-file", "install", "assemble", "scan", "sbom", "release", "discard-build"];

    [Fact]
    public void A_deployment_may_take_longer_than_all_its_steps_together()
    {
        var steps = Sum(Steps().Except(Watched).Concat(["rollback-template", "rollback-deploy", "rollback-monitor"]));
        // What ran before is stopped, the new one is, and so is what the rollback has started; and the rollback looks first.
        var watching = StepBudgets.JoinBuild + (2 * (StepBudgets.Snapshot + StepBudgets.LongestBoot + StepBudgets.Hold)) + (4 * (StepBudgets.Stop + StepBudgets.Kill));
        // A stack that was asked for is waited for once, by the start or by the stop after it.
        watching += (2 * StepBudgets.Start) + (2 * StepBudgets.Unanswered);
        var lastLooks = Sum([.. Watched, "rollback-healthy", "rollback-hold"]);

        Assert.True(steps + watching + lastLooks < StepBudgets.Deployment, $"{steps} + {watching} + {lastLooks} is more than {StepBudgets.Deployment}.");
    }

    [Fact]
    public void A_build_is_joined_for_longer_than_it_may_take() =>
        Assert.True(Sum(Build) < StepBudgets.JoinBuild, $"{Sum(Build)} is more than {StepBudgets.JoinBuild}.");

    [Fact]
    public void A_step_of_a_rollback_has_the_budget_of_its_like()
    {
        Assert.Equal(StepBudgets.Of("template"), StepBudgets.Of("rollback-template"));
        Assert.NotEqual(StepBudgets.Of("stop"), StepBudgets.Of("rollback-template"));
    }

    [Fact]
    public void A_stop_may_take_longer_than_its_steps() =>
        Assert.True(Sum(["remove-monitor", "stop"]) + StepBudgets.Unanswered + StepBudgets.Stop + StepBudgets.Kill < StepBudgets.Halt);

    [Fact]
    public void A_deletion_may_take_longer_than_its_steps()
    {
        var steps = Sum(["remove-monitor", "remove-data", "cancel-deployments", "stop"]);

        Assert.True(steps + StepBudgets.Cancellation + StepBudgets.Unanswered + StepBudgets.Stop + StepBudgets.Kill < StepBudgets.Deletion, $"{steps}");
    }

    private static TimeSpan Sum(IEnumerable<string> steps) =>
        steps.Aggregate(TimeSpan.Zero, (sum, step) => sum + (StepBudgets.Attempts * (StepBudgets.Of(step) + StepBudgets.LongestPause)));

    /// <summary>The names of all steps, read from the input records.</summary>
    private static IEnumerable<string> Steps()
    {
        foreach (var type in ActivityInputs.All)
        {
            var contract = type.GetInterfaces().FirstOrDefault(i => i.IsGenericType && i.GetGenericTypeDefinition() == typeof(IStepInput<>));
            if (contract is not null)
                yield return (string)contract.GetProperty("Step")!.GetValue(RuntimeHelpers.GetUninitializedObject(type))!;
        }
    }
}
