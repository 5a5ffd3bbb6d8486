using MultiAgentInfra.Clients.Oci;
using MultiAgentInfra.Clients.Sqlite;
using MultiAgentInfra.Core.Deployments;

namespace MultiAgentInfra.Activities.Builds;

/// <summary>Gives the agent image its name in the registry.</summary>
[DurableTask(nameof(PushAgentImage))]
public sealed class PushAgentImageActivity(AgentStore agents, AgentAttestations attestations, RecordedImages registry, StepRecorder recorder)
    : StepActivity<PushAgentImage, Done>(recorder)
{
    protected override async Task<StepResult<Done>> RunStepAsync(PushAgentImage input, CancellationToken cancellationToken)
    {
        var agent = await agents.RequireAgentAsync(input.AgentId, cancellationToken);
        await attestations.AttestAsync(input, ImageNames.AgentRepository(agent.OrganizationId), cancellationToken);
        var name = await registry.NameAsync(agent.OrganizationId, input.AgentId, input.Revision, input.Image.Digest, cancellationToken);
        return Finished($"{name} is {input.Image.Digest}.");
    }
}
