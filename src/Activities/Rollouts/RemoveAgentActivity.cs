using MultiAgentInfra.Clients.Oci;
using MultiAgentInfra.Clients.Sqlite;
using MultiAgentInfra.Clients.Targets;
using MultiAgentInfra.Core.Deployments;

namespace MultiAgentInfra.Activities.Rollouts;

/// <summary>Removes the agent's data, its place on the target, and its images.</summary>
[DurableTask(nameof(RemoveAgent))]
public sealed class RemoveAgentActivity(
    TargetAllocationStore allocations, ImageStore images, ImageEraser eraser, IAgentTarget target, StepRecorder recorder)
    : StepActivity<RemoveAgent, Done>(recorder)
{
    protected override async Task<StepResult<Done>> RunStepAsync(RemoveAgent input, CancellationToken cancellationToken)
    {
        await target.RemoveAsync(input.AgentId, cancellationToken);
        await allocations.ReleaseAsync(input.AgentId, cancellationToken);
        foreach (var repository in (await images.ListOfAgentAsync(input.AgentId, cancellationToken)).GroupBy(image => image.Image.Repository))
        {
            var foreign = await eraser.FindForeignTagsAsync(repository.Key, cancellationToken);
            foreach (var image in repository)
                await eraser.EraseAsync(image, foreign, cancellationToken);
        }

        return Finished("Process or container, data, log and images are gone.");
    }
}
