using MultiAgentInfra.Clients.Local;
using MultiAgentInfra.Clients.Oci;
using MultiAgentInfra.Clients.Sqlite;
using MultiAgentInfra.Core.Deployments;

namespace MultiAgentInfra.Activities.Rollouts;

/// <summary>Removes the agent's data, its place on the target, and its images.</summary>
[DurableTask(nameof(RemoveAgent))]
public sealed class RemoveAgentActivity(
    AgentStore agents, TargetAllocationStore allocations, IImageRegistry registry, LocalTarget target, StepRecorder recorder)
    : StepActivity<RemoveAgent, Done>(recorder)
{
    protected override async Task<StepResult<Done>> RunStepAsync(RemoveAgent input, CancellationToken cancellationToken)
    {
        var agent = await agents.RequireAgentAsync(input.AgentId, cancellationToken);
        await target.RemoveAsync(input.AgentId);
        await allocations.ReleaseAsync(input.AgentId, cancellationToken);
        var repository = ImageNames.AgentRepository(agent.OrganizationId);
        for (var revision = 1; revision <= agent.Revision; revision++)
        {
            if (await registry.ResolveAsync(repository, ImageNames.AgentTag(input.AgentId, revision), cancellationToken) is { } image)
                await registry.DeleteManifestAsync(repository, image.Digest, cancellationToken);
        }

        return Finished("Process, data, log, layer and images are gone.");
    }
}
