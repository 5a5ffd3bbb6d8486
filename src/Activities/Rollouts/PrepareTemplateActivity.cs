using MultiAgentInfra.Clients.Local;
using MultiAgentInfra.Clients.Oci;
using MultiAgentInfra.Clients.Sqlite;
using MultiAgentInfra.Clients.Targets;
using MultiAgentInfra.Core.Deployments;

namespace MultiAgentInfra.Activities.Rollouts;

/// <summary>Puts the image, which was verified before, and the launch template on the target.</summary>
[DurableTask(nameof(PrepareTemplate))]
public sealed class PrepareTemplateActivity(
    AgentStore agents, TargetAllocationStore allocations, ImageFiles files, IAgentTarget target, StepRecorder recorder)
    : StepActivity<PrepareTemplate, PreparedTemplate>(recorder)
{
    protected override async Task<StepResult<PreparedTemplate>> RunStepAsync(PrepareTemplate input, CancellationToken cancellationToken)
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
        return done.IsReady
            ? new(new PreparedTemplate(), $"Port {place.Port}; {done.What}.")
            : new(new PreparedTemplate($"{done.What}."), $"{done.What}.", Finished: false);

        UnpackLayer Unpack(Descriptor layer) => (folder, token) => files.UnpackAsync(repository, layer, folder, token);
    }
}
