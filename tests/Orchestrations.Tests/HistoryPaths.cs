using MultiAgentInfra.Core;
using MultiAgentInfra.Core.Deployments;
using MultiAgentInfra.Core.Operations;
using MultiAgentInfra.EmbeddedRuntime.Engine;

namespace MultiAgentInfra.Orchestrations.Tests;

/// <summary>The ways through the orchestrators whose histories are saved, by the names of their files.</summary>
internal static class HistoryPaths
{
    private static readonly Guid Agent = new("11111111-1111-4111-8111-111111111111");
    private static readonly DeployAgent Deployment = new(Agent, new("22222222-2222-4222-8222-222222222222"), Revision: 1, Attempt: 1);
    private static readonly HaltAgent Stop = new(Agent, new("44444444-4444-4444-8444-444444444444"), Attempt: 1);
    private static readonly ProvenRevision Proven = new(1, 2, Pipeline.Image, Pipeline.Runtime);
    private static readonly DeleteAgent Deletion = new(Agent, new("33333333-3333-4333-8333-333333333333"), Attempt: 1);

    private static readonly Dictionary<string, Func<Pipeline, Task<InstanceHistory>>> Paths = new()
    {
        ["DeployAgent.builds"] = DeployAsync,
        ["DeployAgent.uses-an-image"] = pipeline =>
        {
            pipeline.Answer<ClaimRuntimeImage, RuntimeClaim>(_ => new RuntimeClaim(RuntimeClaimState.Ready, Pipeline.Runtime, null));
            return DeployAsync(pipeline);
        },
        ["DeployAgent.joins-a-build"] = pipeline =>
        {
            pipeline.Answer<ClaimRuntimeImage, RuntimeClaim>(_ => pipeline.CallsOf<ClaimRuntimeImage>().Count < 4
                ? new RuntimeClaim(RuntimeClaimState.InFlight, null, null)
                : new RuntimeClaim(RuntimeClaimState.Ready, Pipeline.Runtime, null));
            return DeployAsync(pipeline);
        },
        ["DeployAgent.retries-an-install"] = pipeline =>
        {
            pipeline.Answer<InstallPackages, Done>(_ => pipeline.CallsOf<InstallPackages>().Count < 3 ? throw new IOException("ECONNRESET") : Done.Instance);
            return DeployAsync(pipeline);
        },
        ["DeployAgent.discards-a-build"] = pipeline =>
        {
            pipeline.Fail<AssembleRuntimeImage>(new NonRetryableException("the package is broken"));
            return DeployAsync(pipeline);
        },
        ["DeployAgent.is-undone"] = pipeline =>
        {
            pipeline.Fail<RegisterMonitor>(new NonRetryableException("no monitor"));
            pipeline.Fail<RemoveTemplate>(new NonRetryableException("nor its removal"));
            return DeployAsync(pipeline);
        },
        ["DeployAgent.is-cancelled"] = pipeline =>
        {
            pipeline.Fail<HoldAgent>(new OperationCanceledByRequestException(Deployment.OperationId));
            return DeployAsync(pipeline);
        },
        ["DeployAgent.starts-by-digest"] = pipeline =>
        {
            pipeline.Answer<ValidateAgent, DeploymentPlan>(_ => new DeploymentPlan(Proceed: true, "key", Ready: Proven));
            return DeployAsync(pipeline);
        },
        ["DeployAgent.is-rolled-back"] = pipeline =>
        {
            pipeline.Answer<ValidateAgent, DeploymentPlan>(_ => new DeploymentPlan(Proceed: true, "key", Previous: Proven));
            pipeline.Answer<CheckAgent, AgentObservation>(look => new AgentObservation(Ready: look.Rollback, Gone: false, look.Rollback ? null : "exited"));
            return DeployAsync(pipeline);
        },
        ["DeployAgent.fails-to-roll-back"] = pipeline =>
        {
            pipeline.Answer<ValidateAgent, DeploymentPlan>(_ => new DeploymentPlan(Proceed: true, "key", Previous: Proven));
            pipeline.Answer<CheckAgent, AgentObservation>(_ => new AgentObservation(Ready: false, Gone: false, "exited"));
            return DeployAsync(pipeline);
        },
        ["StopAgent.stops"] = pipeline =>
        {
            pipeline.Answer<StopAgent, AgentObservation>(_ => new AgentObservation(Ready: false, Gone: pipeline.CallsOf<StopAgent>().Count == 3, Failure: null));
            return StopAsync(pipeline);
        },
        ["StopAgent.fails"] = pipeline =>
        {
            pipeline.Fail<StopAgent>(new NonRetryableException("the engine is away"));
            return StopAsync(pipeline);
        },
        ["DeployAgent.waits"] = async pipeline =>
        {
            pipeline.Answer<CheckAgent, AgentObservation>(_ => new AgentObservation(Ready: false, Gone: false, Failure: null));
            await pipeline.RunUntilAsync(nameof(DeployAgentOrchestrator), Deployment.InstanceId, Deployment, () => pipeline.CallsOf<CheckAgent>().Count == 3);
            return pipeline.History(Deployment.InstanceId);
        },
        ["DeleteAgent.deletes"] = pipeline =>
        {
            pipeline.Answer<CancelDeployments, CancellationProgress>(_ => new CancellationProgress(Proceed: true, Ended: pipeline.CallsOf<CancelDeployments>().Count == 2));
            pipeline.Answer<StopAgent, AgentObservation>(_ => new AgentObservation(Ready: false, Gone: pipeline.CallsOf<StopAgent>().Count == 3, Failure: null));
            return DeleteAsync(pipeline);
        },
        ["DeleteAgent.fails"] = pipeline =>
        {
            pipeline.Fail<RemoveAgent>(new NonRetryableException("the folder is busy"));
            return DeleteAsync(pipeline);
        },
    };

    public static IEnumerable<string> Names => Paths.Keys;

    /// <summary>Runs the path with today's code.</summary>
    public static Task<InstanceHistory> RunAsync(string name, Pipeline pipeline) => Paths[name](pipeline);

    private static async Task<InstanceHistory> DeployAsync(Pipeline pipeline)
    {
        await pipeline.RunAsync(nameof(DeployAgentOrchestrator), Deployment.InstanceId, Deployment);
        return pipeline.History(Deployment.InstanceId);
    }

    private static async Task<InstanceHistory> StopAsync(Pipeline pipeline)
    {
        await pipeline.RunAsync(nameof(StopAgentOrchestrator), Stop.InstanceId, Stop);
        return pipeline.History(Stop.InstanceId);
    }

    private static async Task<InstanceHistory> DeleteAsync(Pipeline pipeline)
    {
        await pipeline.RunAsync(nameof(DeleteAgentOrchestrator), Deletion.InstanceId, Deletion);
        return pipeline.History(Deletion.InstanceId);
    }
}
