using MultiAgentInfra.Clients.Local;
using MultiAgentInfra.Clients.Oci;
using MultiAgentInfra.Clients.Sqlite;
using MultiAgentInfra.Core.Deployments;

namespace MultiAgentInfra.Activities.Rollouts;

/// <summary>Puts the image's layers and the launch template on the target: the runtime once per digest, the agent's layer for it alone.</summary>
[DurableTask(nameof(PrepareTemplate))]
public sealed class PrepareTemplateActivity(
    AgentStore agents, TargetAllocationStore allocations, ImageFiles files, LocalTarget target, StepRecorder recorder)
    : StepActivity<PrepareTemplate, Done>(recorder)
{
    protected override async Task<StepResult<Done>> RunStepAsync(PrepareTemplate input, CancellationToken cancellationToken)
    {
        var agent = await agents.RequireAgentAsync(input.AgentId, cancellationToken);
        var revision = await agents.RequireRevisionAsync(input.AgentId, input.Revision, cancellationToken);
        var repository = ImageNames.AgentRepository(agent.OrganizationId);
        var layers = await files.ReadVerifiedLayersAsync(repository, input.Image, cancellationToken);
        var place = await allocations.GetOrAllocateAsync(input.AgentId, LoopbackPort.IsFree, cancellationToken);

        var launch = new LocalLaunch(
            input.AgentId, input.Revision, agent.Attempt, input.OperationId, input.Image, layers.Runtime[^1].Digest, place.Port, place.Uid, revision.Resources);
        var runtime = "there already";
        await target.PrepareAsync(launch, UnpackRuntimeAsync, (folder, token) => files.UnpackAsync(repository, layers.Agent, folder, token), cancellationToken);
        return Finished($"Port {place.Port}; the runtime is {runtime}.");

        Task UnpackRuntimeAsync(string folder, CancellationToken token)
        {
            runtime = "unpacked";
            return files.UnpackAsync(repository, layers.Runtime[^1], folder, token);
        }
    }
}
