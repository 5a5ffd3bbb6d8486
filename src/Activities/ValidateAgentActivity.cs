using MultiAgentInfra.Activities.Builds;
using MultiAgentInfra.Clients.Sqlite;
using MultiAgentInfra.Clients.Targets;
using MultiAgentInfra.Core.Clusters;
using MultiAgentInfra.Core.Deployments;

namespace MultiAgentInfra.Activities;

/// <summary>The first step: only an operation that has not ended goes on, so a repeated start does nothing.</summary>
[DurableTask(nameof(ValidateAgent))]
public sealed class ValidateAgentActivity(OperationStore operations, AgentStore agents, RuntimeKeys keys, IAgentTarget target, StepRecorder recorder)
    : TaskActivity<ValidateAgent, DeploymentPlan>
{
    public override async Task<DeploymentPlan> RunAsync(TaskActivityContext context, ValidateAgent input)
    {
        // Before the recorder: an ended operation keeps its steps as they are.
        if (!await operations.StartAsync(input.OperationId, CancellationToken.None))
            return new DeploymentPlan(Proceed: false, PluginSetKey: "");
        return await recorder.RunAsync(input.OperationId, ((IStepInput<DeploymentPlan>)input).Step, token => PlanAsync(input, token));
    }

    private async Task<StepResult<DeploymentPlan>> PlanAsync(ValidateAgent input, CancellationToken cancellationToken)
    {
        var revision = await agents.RequireRevisionAsync(input.AgentId, input.Revision, cancellationToken);
        await target.ReserveAsync(AgentDemand.Of(input.AgentId, revision.Resources, revision.Deployment), cancellationToken);
        var key = await keys.OfClaimAsync(revision.Plugins, cancellationToken);
        var (ready, previous) = await agents.FindProvenAsync(input.OperationId, input.AgentId, input.Revision, cancellationToken);
        return new(new DeploymentPlan(Proceed: true, key, target.Boot, ready, previous), $"Revision {input.Revision} with {revision.Plugins.Packages.Count} packages.");
    }
}
