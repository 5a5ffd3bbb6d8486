using MultiAgentInfra.Core;
using MultiAgentInfra.Core.Deployments;
using MultiAgentInfra.Core.Operations;

namespace MultiAgentInfra.Orchestrations.Tests;

public sealed class RollbackTests
{
    private static readonly DeployAgent Update = new(Guid.NewGuid(), Guid.NewGuid(), Revision: 2, Attempt: 1);
    private static readonly ProvenRevision Previous = new(1, 4, Pipeline.Runtime, Pipeline.Image);
    private static readonly Diagnosis Exited = new(DiagnosisCause.Exited, "The agent exited with code 1.", [], "Read the log.");

    [Fact]
    public async Task A_revision_that_fails_after_the_old_one_was_stopped_is_followed_by_the_old_one_by_its_digest()
    {
        await using var pipeline = Updating();
        pipeline.Answer<CheckAgent, AgentObservation>(look => look.Rollback ? Ready : Dead);

        var result = await RunAsync(pipeline);

        Assert.Equal((OperationStatus.Failed, OperationOutcome.RolledBack), (result.Status, result.Outcome));
        var ending = Assert.Single(pipeline.CallsOf<FailDeployment>());
        Assert.Equal((OperationOutcome.RolledBack, true), (ending.Outcome, ending.StillRuns));
        Assert.Equal(("healthy", Exited.Message, Exited.Cause, Exited.Hint), (ending.Error.Step, ending.Error.Message, ending.Error.Cause, ending.Error.Hint));
        Assert.Equal(["the last line"], ending.Error.Evidence);
        var prepared = pipeline.CallsOf<PrepareTemplate>()[^1];
        Assert.Equal((1, 4, Previous.Image, true), (prepared.Revision, prepared.Attempt, prepared.Image, prepared.Rollback));
        Assert.Equal([(2, false), (1, true)], pipeline.CallsOf<StartAgent>().Select(start => (start.Revision ?? 0, start.Rollback)));
        Assert.Equal((Previous.Image, Previous.Runtime), (pipeline.CallsOf<RegisterMonitor>()[^1].Image, pipeline.CallsOf<RegisterMonitor>()[^1].Runtime));
        Assert.Single(pipeline.CallsOf<BuildAgentImage>());
        Assert.Empty(pipeline.CallsOf<RemoveTemplate>());
        Assert.Equal(nameof(StopAgent), pipeline.Names[pipeline.Names.ToList().LastIndexOf(nameof(PrepareTemplate)) - 1]);
    }

    [Fact]
    public async Task An_image_that_cannot_be_pulled_is_the_cause_of_the_failure_after_every_attempt()
    {
        await using var pipeline = Updating();
        const string words = "The engine cannot pull the image: unauthorized";
        var cause = new DiagnosedException(new(DiagnosisCause.ImagePullFailed, words, [words], "See what the registry says."), new IOException());
        pipeline.Answer<PrepareTemplate, PreparedTemplate>(template => template.Rollback ? new() : throw new InvalidOperationException(words, cause));

        var result = await RunAsync(pipeline);

        Assert.Equal((OperationStatus.Failed, OperationOutcome.RolledBack), (result.Status, result.Outcome));
        var error = Assert.Single(pipeline.CallsOf<FailDeployment>()).Error;
        Assert.Equal(("template", DiagnosisCause.ImagePullFailed, "The engine cannot pull the image: unauthorized"), (error.Step, error.Cause, error.Message));
        Assert.Equal([error.Message], error.Evidence);
        Assert.Equal(StepBudgets.Attempts, pipeline.CallsOf<PrepareTemplate>().Count(template => !template.Rollback));
    }

    [Fact]
    public async Task A_revision_that_cannot_be_built_leaves_the_old_one_alone()
    {
        await using var pipeline = Updating();
        pipeline.Fail<BuildAgentImage>(new NonRetryableException("a secret in the layer"));

        var result = await RunAsync(pipeline);

        Assert.Equal((OperationStatus.Failed, null), (result.Status, result.Outcome));
        Assert.True(Assert.Single(pipeline.CallsOf<FailDeployment>()).StillRuns);
        Assert.Empty(pipeline.CallsOf<StopAgent>());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_cluster_that_does_not_take_the_revision_is_told_with_its_cause_and_leaves_the_old_one_alone(bool forGood)
    {
        await using var pipeline = Updating();
        var full = new Diagnosis(DiagnosisCause.Unschedulable, "No cluster takes it.", ["'one' (1) has no room for it"], "Make room.");
        pipeline.Fail<ValidateAgent>(forGood ? new NonRetryableException(full.Message, new DiagnosedException(full)) : new InvalidOperationException(full.Message, new DiagnosedException(full)));

        var result = await RunAsync(pipeline);

        Assert.Equal((OperationStatus.Failed, full.Message), (result.Status, result.Message));
        Assert.Equal(forGood ? 1 : StepBudgets.Attempts, pipeline.CallsOf<ValidateAgent>().Count);
        var ending = Assert.Single(pipeline.CallsOf<FailDeployment>());
        Assert.Equal(("validate", full.Cause, full.Hint, true), (ending.Error.Step, ending.Error.Cause, ending.Error.Hint, ending.StillRuns));
        Assert.Equal(full.Evidence, ending.Error.Evidence);
        Assert.Empty(pipeline.CallsOf<StopAgent>());
    }

    [Fact]
    public async Task A_rollback_that_fails_tells_both_causes_and_leaves_nothing_running()
    {
        await using var pipeline = Updating();
        pipeline.Answer<CheckAgent, AgentObservation>(_ => Dead);
        pipeline.Answer<StartAgent, StartedAgent>(start => start.Rollback ? throw new NonRetryableException("the image is gone") : new());

        var result = await RunAsync(pipeline);

        Assert.Equal((OperationStatus.Failed, OperationOutcome.RollbackFailed), (result.Status, result.Outcome));
        Assert.Equal("The agent exited with code 1. The rollback to revision 1 failed at 'rollback-deploy': the image is gone", result.Message);
        Assert.False(Assert.Single(pipeline.CallsOf<FailDeployment>()).StillRuns);
        Assert.Equal([nameof(StopAgent), nameof(RemoveTemplate), nameof(FailDeployment)], pipeline.Names.TakeLast(3));
    }

    [Fact]
    public async Task What_was_cancelled_is_undone_and_not_rolled_back()
    {
        await using var pipeline = Updating();
        pipeline.Fail<HoldAgent>(new OperationCanceledByRequestException(Update.OperationId));

        var result = await RunAsync(pipeline);

        Assert.Equal((OperationStatus.Canceled, null), (result.Status, result.Outcome));
        Assert.Equal([nameof(StopAgent), nameof(RemoveTemplate), nameof(FailDeployment)], pipeline.Names.TakeLast(3));
        Assert.False(Assert.Single(pipeline.CallsOf<FailDeployment>()).StillRuns);
    }

    [Fact]
    public async Task A_launch_waits_for_the_snapshot_that_the_target_makes()
    {
        await using var pipeline = Updating();
        pipeline.Answer<PrepareTemplate, PreparedTemplate>(_ => new(pipeline.CallsOf<PrepareTemplate>().Count < 4 ? "A snapshot is made." : null));

        var result = await RunAsync(pipeline);

        Assert.Equal(OperationStatus.Succeeded, result.Status);
        Assert.Equal(4, pipeline.CallsOf<PrepareTemplate>().Count);
        Assert.Single(pipeline.CallsOf<StartAgent>());
    }

    [Fact]
    public async Task A_snapshot_that_is_never_ready_fails_the_update_and_the_old_revision_runs_again()
    {
        await using var pipeline = Updating();
        pipeline.Answer<PrepareTemplate, PreparedTemplate>(template => new(template.Rollback ? null : "A snapshot is made: no space left."));

        var result = await RunAsync(pipeline);

        Assert.Equal((OperationStatus.Failed, OperationOutcome.RolledBack), (result.Status, result.Outcome));
        Assert.Equal(("template", "A snapshot is made: no space left. This took longer than 600 s."), (pipeline.CallsOf<FailDeployment>()[0].Error.Step, result.Message));
        Assert.True(Assert.Single(pipeline.CallsOf<StartAgent>()).Rollback);
    }

    [Fact]
    public async Task A_target_may_allow_a_longer_boot_and_what_it_waited_for_is_told()
    {
        await using var pipeline = new Pipeline();
        pipeline.Answer<ValidateAgent, DeploymentPlan>(_ => new DeploymentPlan(Proceed: true, "key", StepBudgets.LongestBoot));
        var waiting = new Diagnosis(DiagnosisCause.Unschedulable, "No node has room.", ["0/3 nodes are available"], "Add a node.");
        pipeline.Answer<CheckAgent, AgentObservation>(_ => new(Ready: false, Gone: false, Failure: null, waiting));

        var result = await RunAsync(pipeline);

        Assert.Contains("600 s", result.Message, StringComparison.Ordinal);
        var error = Assert.Single(pipeline.CallsOf<FailDeployment>()).Error;
        Assert.Equal((waiting.Cause, "0/3 nodes are available"), (error.Cause, Assert.Single(error.Evidence!)));
    }

    [Fact]
    public async Task What_is_ready_is_run_without_a_build()
    {
        await using var pipeline = new Pipeline();
        pipeline.Answer<ValidateAgent, DeploymentPlan>(_ => new DeploymentPlan(Proceed: true, "key", Ready: Previous));

        var result = await RunAsync(pipeline);

        Assert.Equal(OperationStatus.Succeeded, result.Status);
        Assert.Equal([nameof(ValidateAgent), nameof(StopAgent)], pipeline.Names.Take(2));
        Assert.Equal((Previous.Image, 1), (pipeline.CallsOf<CompleteDeployment>()[0].Image, pipeline.CallsOf<CompleteDeployment>()[0].Revision));
    }

    private static AgentObservation Ready => new(Ready: true, Gone: false, Failure: null);

    private static AgentObservation Dead => new(Ready: false, Gone: false, Exited.Message, Exited);

    private static Pipeline Updating()
    {
        var pipeline = new Pipeline();
        pipeline.Answer<ValidateAgent, DeploymentPlan>(_ => new DeploymentPlan(Proceed: true, "key", Previous: Previous));
        return pipeline;
    }

    private static Task<OperationResult> RunAsync(Pipeline pipeline) =>
        pipeline.RunAsync(nameof(DeployAgentOrchestrator), Update.InstanceId, Update);
}
