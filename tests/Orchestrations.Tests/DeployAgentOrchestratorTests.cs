using MultiAgentInfra.Core;
using MultiAgentInfra.Core.Deployments;
using MultiAgentInfra.Core.Operations;

namespace MultiAgentInfra.Orchestrations.Tests;

public sealed class DeployAgentOrchestratorTests
{
    private static readonly DeployAgent Deployment = new(Guid.NewGuid(), Guid.NewGuid(), Revision: 1, Attempt: 1);

    [Fact]
    public async Task A_deployment_runs_its_steps_in_order_and_ends_as_running()
    {
        await using var pipeline = new Pipeline();

        var result = await DeployAsync(pipeline);

        Assert.Equal(OperationStatus.Succeeded, result.Status);
        Assert.Equal(nameof(ValidateAgent), pipeline.Names[0]);
        AssertOrder(pipeline.Names, nameof(WritePackageJson), nameof(ClaimRuntimeImage), nameof(ResolveLockFile), nameof(InstallPackages));
        AssertOrder(pipeline.Names, nameof(AssembleRuntimeImage), nameof(ScanRuntimeImage), nameof(ReleaseRuntimeImage), nameof(BuildAgentImage));
        AssertOrder(pipeline.Names, nameof(PushAgentImage), nameof(StopAgent), nameof(PrepareTemplate), nameof(StartAgent));
        AssertOrder(pipeline.Names, nameof(PrepareSecrets), nameof(StartAgent), nameof(CheckAgent), nameof(HoldAgent));
        AssertOrder(pipeline.Names, nameof(HoldAgent), nameof(RegisterMonitor), nameof(CompleteDeployment));
        Assert.Equal(Pipeline.Image, Assert.Single(pipeline.CallsOf<CompleteDeployment>()).Image);
    }

    [Fact]
    public async Task An_image_that_is_there_is_not_built_again()
    {
        await using var pipeline = new Pipeline();
        pipeline.Answer<ClaimRuntimeImage, RuntimeClaim>(_ => new RuntimeClaim(RuntimeClaimState.Ready, Pipeline.Runtime, null));

        var result = await DeployAsync(pipeline);

        Assert.Equal(OperationStatus.Succeeded, result.Status);
        Assert.DoesNotContain(nameof(InstallPackages), pipeline.Names);
        Assert.Equal(Pipeline.Runtime, Assert.Single(pipeline.CallsOf<BuildAgentImage>()).Runtime);
    }

    [Fact]
    public async Task A_build_in_flight_is_joined()
    {
        await using var pipeline = new Pipeline();
        var looks = 0;
        pipeline.Answer<ClaimRuntimeImage, RuntimeClaim>(claim => ++looks < 4
            ? new RuntimeClaim(RuntimeClaimState.InFlight, null, null)
            : new RuntimeClaim(claim.Waited ? RuntimeClaimState.Ready : RuntimeClaimState.Failed, Pipeline.Runtime, null));

        var result = await DeployAsync(pipeline);

        Assert.Equal(OperationStatus.Succeeded, result.Status);
        Assert.Equal([false, true, true, true], pipeline.CallsOf<ClaimRuntimeImage>().Select(claim => claim.Waited));
    }

    [Fact]
    public async Task A_joined_build_that_fails_fails_its_waiter_with_its_cause()
    {
        await using var pipeline = new Pipeline();
        pipeline.Answer<ClaimRuntimeImage, RuntimeClaim>(claim => claim.Waited
            ? new RuntimeClaim(RuntimeClaimState.Failed, null, "npm said no")
            : new RuntimeClaim(RuntimeClaimState.InFlight, null, null));

        var result = await DeployAsync(pipeline);

        Assert.Equal(OperationStatus.Failed, result.Status);
        Assert.Equal(new("runtime-image", "npm said no"), Cause(pipeline));
    }

    [Fact]
    public async Task An_agent_that_exits_during_its_boot_is_stopped_and_its_template_removed_in_reverse()
    {
        await using var pipeline = new Pipeline();
        pipeline.Answer<CheckAgent, AgentObservation>(_ => new AgentObservation(Ready: false, Gone: false, Failure: "The agent exited with code 1."));

        var result = await DeployAsync(pipeline);

        Assert.Equal(OperationStatus.Failed, result.Status);
        Assert.Equal([nameof(ReadLogTail), nameof(StopAgent), nameof(RemoveTemplate), nameof(FailDeployment)], pipeline.Names.TakeLast(4));
        Assert.Equal(["the last line"], Assert.Single(pipeline.CallsOf<FailDeployment>()).Error.LogTail);
        Assert.Equal(new("healthy", "The agent exited with code 1."), Cause(pipeline));
    }

    [Fact]
    public async Task An_agent_that_never_answers_fails_after_its_boot_budget()
    {
        await using var pipeline = new Pipeline();
        pipeline.Answer<CheckAgent, AgentObservation>(_ => new AgentObservation(Ready: false, Gone: false, Failure: null));

        var result = await DeployAsync(pipeline);

        Assert.Equal(OperationStatus.Failed, result.Status);
        Assert.Equal("healthy", Cause(pipeline).Step);
        Assert.Contains("180 s", result.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_agent_that_dies_in_its_hold_time_fails_the_deployment()
    {
        await using var pipeline = new Pipeline();
        var looks = 0;
        pipeline.Answer<HoldAgent, AgentObservation>(_ => new AgentObservation(Ready: ++looks < 3, Gone: false, Failure: null));

        Assert.Equal(OperationStatus.Failed, (await DeployAsync(pipeline)).Status);
        Assert.Equal("hold", Cause(pipeline).Step);
    }

    [Fact]
    public async Task A_failed_build_is_discarded_and_nothing_is_rolled_out()
    {
        await using var pipeline = new Pipeline();
        pipeline.Fail<InstallPackages>(new InvalidOperationException("ECONNRESET"));

        var result = await DeployAsync(pipeline);

        Assert.Equal(OperationStatus.Failed, result.Status);
        Assert.Equal(StepBudgets.Attempts, pipeline.CallsOf<InstallPackages>().Count);
        Assert.Single(pipeline.CallsOf<DiscardBuild>());
        Assert.Empty(pipeline.CallsOf<StopAgent>());
        Assert.Equal(new("install", "ECONNRESET"), Cause(pipeline));
    }

    [Fact]
    public async Task What_must_not_be_retried_is_tried_once()
    {
        await using var pipeline = new Pipeline();
        pipeline.Fail<InstallPackages>(new NonRetryableException("no such package"));

        await DeployAsync(pipeline);

        Assert.Single(pipeline.CallsOf<InstallPackages>());
    }

    [Fact]
    public async Task A_cancelled_deployment_is_undone_and_ends_as_cancelled()
    {
        await using var pipeline = new Pipeline();
        pipeline.Fail<HoldAgent>(new OperationCanceledByRequestException(Deployment.OperationId));

        var result = await DeployAsync(pipeline);

        Assert.Equal(OperationStatus.Canceled, result.Status);
        Assert.Equal(OperationStatus.Canceled, Assert.Single(pipeline.CallsOf<FailDeployment>()).Status);
        Assert.Single(pipeline.CallsOf<RemoveTemplate>());
    }

    [Fact]
    public async Task An_undo_that_fails_does_not_stop_the_rest_of_the_undo()
    {
        await using var pipeline = new Pipeline();
        pipeline.Fail<RegisterMonitor>(new NonRetryableException("no monitor"));
        pipeline.Fail<RemoveMonitor>(new NonRetryableException("nor its removal"));

        var result = await DeployAsync(pipeline);

        Assert.Single(pipeline.CallsOf<RemoveTemplate>());
        Assert.Contains("no monitor", result.Message, StringComparison.Ordinal);
        Assert.Contains("nor its removal", result.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_log_that_cannot_be_read_does_not_stop_the_undo()
    {
        await using var pipeline = new Pipeline();
        pipeline.Fail<StartAgent>(new NonRetryableException("no start"));
        pipeline.Fail<ReadLogTail>(new InvalidOperationException("the key is another"));

        await DeployAsync(pipeline);

        Assert.Equal([nameof(StopAgent), nameof(RemoveTemplate), nameof(FailDeployment)], pipeline.Names.TakeLast(3));
        Assert.Equal(new("deploy", "no start"), Cause(pipeline));
    }

    [Fact]
    public async Task A_build_that_cannot_be_discarded_fails_with_its_own_cause_first()
    {
        await using var pipeline = new Pipeline();
        pipeline.Fail<InstallPackages>(new NonRetryableException("no such package"));
        pipeline.Fail<DiscardBuild>(new NonRetryableException("the folder is busy"));

        await DeployAsync(pipeline);

        Assert.Equal("install", Cause(pipeline).Step);
        Assert.StartsWith("no such package", Cause(pipeline).Message, StringComparison.Ordinal);
        Assert.Contains("the folder is busy", Cause(pipeline).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_operation_that_had_ended_is_left_alone()
    {
        await using var pipeline = new Pipeline();
        pipeline.Answer<ValidateAgent, DeploymentPlan>(_ => new DeploymentPlan(Proceed: false, PluginSetKey: ""));

        await DeployAsync(pipeline);

        Assert.Equal([nameof(ValidateAgent)], pipeline.Names);
    }

    private static Task<OperationResult> DeployAsync(Pipeline pipeline) =>
        pipeline.RunAsync(nameof(DeployAgentOrchestrator), Deployment.InstanceId, Deployment);

    private static (string Step, string Message) Cause(Pipeline pipeline)
    {
        var error = Assert.Single(pipeline.CallsOf<FailDeployment>()).Error;
        return (error.Step, error.Message);
    }

    private static void AssertOrder(IReadOnlyList<string> names, params string[] expected)
    {
        var places = expected.Select(name => names.ToList().IndexOf(name)).ToList();
        Assert.DoesNotContain(-1, places);
        Assert.Equal(places.Order(), places);
    }
}
