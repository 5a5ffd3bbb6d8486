using MultiAgentInfra.Clients.Local;
using MultiAgentInfra.Clients.Oci;
using MultiAgentInfra.Clients.Sqlite;
using MultiAgentInfra.Clients.Targets;
using MultiAgentInfra.Core.Agents;
using MultiAgentInfra.Core.Deployments;

namespace MultiAgentInfra.Activities.Rollouts;

/// <summary>Puts the image, which was verified before, and the launch template on the target.</summary>
[DurableTask(nameof(PrepareTemplate))]
public sealed class PrepareTemplateActivity(
    AgentStore agents, TargetAllocationStore allocations, ImageFiles files, IAgentTarget target, StepRecorder recorder)
    : StepActivity<PrepareTemplate, Done>(recorder)
{
    protected override async Task<StepResult<Done>> RunStepAsync(PrepareTemplate input, CancellationToken cancellationToken)
    {
        var agent = await agents.RequireAgentAsync(input.AgentId, cancellationToken);
        var revision = await agents.RequireRevisionAsync(input.AgentId, input.Revision, cancellationToken);
        var repository = ImageNames.AgentRepository(agent.OrganizationId);
        var layers = await files.ReadVerifiedLayersAsync(repository, input.Image, cancellationToken);
        var place = await allocations.GetOrAllocateAsync(input.AgentId, LoopbackPort.IsFree, cancellationToken);

        var launch = new AgentLaunch(
            input.AgentId, input.Revision, input.Attempt ?? agent.Attempt, input.OperationId, input.Image, layers.Runtime[^1].Digest, place.Port, place.Uid, revision.Resources,
            agent.OrganizationId, revision.Deployment, revision.Plugins.ElizaVersion);
        var done = await target.PrepareAsync(launch, new LaunchFiles(repository, Unpack(layers.Runtime[^1]), Unpack(layers.Agent)), cancellationToken);
        return Finished($"Port {place.Port}; {done}.{(input.Rollback ? await WayBackAsync(agent, launch, cancellationToken) : "")}");

        UnpackLayer Unpack(Descriptor layer) => (folder, token) => files.UnpackAsync(repository, layer, folder, token);
    }

    /// <summary>ElizaOS migrates its database at every start, and not back.</summary>
    private async Task<string> WayBackAsync(Agent agent, AgentLaunch launch, CancellationToken cancellationToken)
    {
        var failed = await agents.RequireRevisionAsync(agent.Id, agent.Revision, cancellationToken);
        return failed.Plugins.ElizaVersion == launch.ElizaVersion
            ? ""
            : $" ElizaOS goes back from {failed.Plugins.ElizaVersion} to {launch.ElizaVersion}, and there is no snapshot of the agent's data: what the newer one has migrated stays so.";
    }
}
