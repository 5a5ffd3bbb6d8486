using MultiAgentInfra.Clients.Local;
using MultiAgentInfra.Clients.Oci;
using MultiAgentInfra.Clients.Sqlite;
using MultiAgentInfra.Core.Deployments;

namespace MultiAgentInfra.Activities.Rollouts;

/// <summary>Puts the image's layers and the launch template on the target: the runtime once per digest, the agent's layer for it alone.</summary>
[DurableTask(nameof(PrepareTemplate))]
public sealed class PrepareTemplateActivity(
    AgentStore agents, TargetAllocationStore allocations, ImageUnpacker unpacker, LocalTarget target, StepRecorder recorder)
    : StepActivity<PrepareTemplate, Done>(recorder)
{
    protected override async Task<StepResult<Done>> RunStepAsync(PrepareTemplate input, CancellationToken cancellationToken)
    {
        var agent = await agents.RequireAgentAsync(input.AgentId, cancellationToken);
        var revision = await agents.RequireRevisionAsync(input.AgentId, input.Revision, cancellationToken);
        var layers = await unpacker.ReadLayersAsync(input.Image, cancellationToken);
        var place = await allocations.GetOrAllocateAsync(input.AgentId, LocalTarget.IsPortFree, cancellationToken);

        var launch = new LocalLaunch(
            input.AgentId, input.Revision, agent.Attempt, input.OperationId, input.Image, layers.Runtime[0].Digest, place.Port, place.Uid, revision.Resources);
        var unpacked = await target.PrepareAsync(
            launch,
            (folder, token) => unpacker.UnpackAsync(layers.Runtime[0], folder, token),
            (folder, token) => unpacker.UnpackAsync(layers.Agent, folder, token),
            cancellationToken);
        return Finished($"Port {place.Port}; the runtime was {(unpacked ? "unpacked" : "there already")}.");
    }
}
