using MultiAgentInfra.Clients.Oci;
using MultiAgentInfra.Clients.Sqlite;
using MultiAgentInfra.Core.Deployments;

namespace MultiAgentInfra.Activities.Builds;

/// <summary>Gives the agent image its name in the registry.</summary>
[DurableTask(nameof(PushAgentImage))]
public sealed class PushAgentImageActivity(AgentStore agents, AgentAttestations attestations, ImageMover mover, StepRecorder recorder)
    : StepActivity<PushAgentImage, Done>(recorder)
{
    protected override async Task<StepResult<Done>> RunStepAsync(PushAgentImage input, CancellationToken cancellationToken)
    {
        var agent = await agents.RequireAgentAsync(input.AgentId, cancellationToken);
        var (repository, tag) = (ImageNames.AgentRepository(agent.OrganizationId), ImageNames.AgentTag(input.AgentId, input.Revision));
        await attestations.AttestAsync(input, repository, cancellationToken);
        await mover.MoveAsync(new ImageReference(repository, input.Image.Digest), repository, tag, cancellationToken);
        return Finished($"{ImageNames.Reference(repository, tag)} is {input.Image.Digest}.");
    }
}
