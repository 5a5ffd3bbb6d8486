using MultiAgentInfra.Core.Deployments;
using MultiAgentInfra.Core.Operations;

namespace MultiAgentInfra.Orchestrations.Tests;

public sealed class DeleteAgentOrchestratorTests
{
    private static readonly DeleteAgent Deletion = new(Guid.NewGuid(), Guid.NewGuid(), Attempt: 1);

    [Fact]
    public async Task A_deletion_waits_for_cancelled_deployments_and_proves_the_agent_gone_before_it_removes_anything()
    {
        await using var pipeline = new Pipeline();
        var cancels = 0;
        pipeline.Answer<CancelDeployments, CancellationProgress>(_ => new CancellationProgress(Proceed: true, Ended: ++cancels == 3));
        var stops = 0;
        pipeline.Answer<StopAgent, AgentObservation>(_ => new AgentObservation(Ready: false, Gone: ++stops == 3, Failure: null));

        var result = await DeleteAsync(pipeline);

        Assert.Equal(OperationStatus.Succeeded, result.Status);
        Assert.Equal(
            [.. Enumerable.Repeat(nameof(CancelDeployments), 3), nameof(RemoveMonitor), .. Enumerable.Repeat(nameof(StopAgent), 3), nameof(RemoveAgent), nameof(CompleteDeletion)],
            pipeline.Names);
    }

    [Fact]
    public async Task An_agent_that_does_not_stop_by_itself_is_killed_and_one_that_cannot_be_killed_is_reported()
    {
        await using var pipeline = new Pipeline();
        pipeline.Answer<StopAgent, AgentObservation>(_ => new AgentObservation(Ready: false, Gone: false, Failure: null));

        var result = await DeleteAsync(pipeline);

        Assert.Equal(OperationStatus.Failed, result.Status);
        Assert.False(pipeline.CallsOf<StopAgent>()[0].Kill);
        Assert.True(pipeline.CallsOf<StopAgent>()[^1].Kill);
        Assert.Equal("stop", Assert.Single(pipeline.CallsOf<FailDeletion>()).Error.Step);
        Assert.Empty(pipeline.CallsOf<RemoveAgent>());
    }

    [Fact]
    public async Task A_deletion_that_had_ended_is_left_alone()
    {
        await using var pipeline = new Pipeline();
        pipeline.Answer<CancelDeployments, CancellationProgress>(_ => new CancellationProgress(Proceed: false, Ended: false));

        await DeleteAsync(pipeline);

        Assert.Equal([nameof(CancelDeployments)], pipeline.Names);
    }

    private static Task<OperationResult> DeleteAsync(Pipeline pipeline) =>
        pipeline.RunAsync(nameof(DeleteAgentOrchestrator), Deletion.InstanceId, Deletion);
}
