using MultiAgentInfra.Core.Deployments;
using MultiAgentInfra.Core.Operations;

namespace MultiAgentInfra.Orchestrations.Tests;

/// <summary>A target that does not answer may be doing what it was asked for: it is asked again, and what may still come is waited for.</summary>
public sealed class UnansweredStartTests
{
    private static readonly AgentObservation Gone = new(Ready: false, Gone: true, Failure: null);
    private static readonly AgentObservation Awaited = new(Ready: false, Gone: false, Failure: null, Awaited: true);
    private static readonly AgentObservation Stays = new(Ready: false, Gone: false, Failure: null);
    private static readonly DeployAgent Deployment = new(Guid.NewGuid(), Guid.NewGuid(), Revision: 1, Attempt: 1);

    [Fact]
    public async Task A_start_is_asked_for_again_until_it_is_answered()
    {
        await using var pipeline = new Pipeline();
        var starts = 0;
        pipeline.Answer<StartAgent, StartedAgent>(_ => new(Unanswered: ++starts < 5));

        var result = await RunAsync(pipeline);

        Assert.Equal((OperationStatus.Succeeded, 5), (result.Status, starts));
    }

    [Fact]
    public async Task A_start_that_is_never_answered_is_undone()
    {
        await using var pipeline = new Pipeline();
        pipeline.Answer<StartAgent, StartedAgent>(_ => new(Unanswered: true));

        var result = await RunAsync(pipeline);

        Assert.Equal((OperationStatus.Failed, "The target did not answer within 15 min whether it starts the agent."), (result.Status, result.Message));
        Assert.Equal([nameof(StopAgent), nameof(RemoveTemplate), nameof(FailDeployment)], pipeline.Names.TakeLast(3));
    }

    [Fact]
    public async Task What_may_still_come_is_given_its_whole_time_to_stop_when_it_has_come()
    {
        await using var pipeline = new Pipeline();
        var looks = 0;
        pipeline.Answer<StopAgent, AgentObservation>(stop => ++looks <= 300 ? Awaited : looks <= 310 ? Stays : stop.Kill ? Gone : Stays);

        var result = await RunAsync(pipeline);

        Assert.Equal(OperationStatus.Succeeded, result.Status);
        Assert.DoesNotContain(pipeline.CallsOf<StopAgent>().Take(300), stop => stop.Kill);
        Assert.True(pipeline.CallsOf<StopAgent>()[^1].Kill);
    }

    [Fact]
    public async Task What_should_have_come_or_not_by_now_is_not_waited_for_any_longer()
    {
        await using var pipeline = new Pipeline();
        pipeline.Answer<StopAgent, AgentObservation>(_ => Awaited);

        var result = await RunAsync(pipeline);

        Assert.Equal((OperationStatus.Failed, "The agent is still there 30 s after it was killed."), (result.Status, result.Message));
    }

    private static Task<OperationResult> RunAsync(Pipeline pipeline) => pipeline.RunAsync(nameof(DeployAgentOrchestrator), Deployment.InstanceId, Deployment);
}
