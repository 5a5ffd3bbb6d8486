using MultiAgentInfra.Clients.Oci;
using MultiAgentInfra.Core.Deployments;

namespace MultiAgentInfra.Activities.Builds;

/// <summary>Gives the agent image its name in the registry.</summary>
[DurableTask(nameof(PushAgentImage))]
public sealed class PushAgentImageActivity(OciLayout registry, StepRecorder recorder) : StepActivity<PushAgentImage, Done>(recorder)
{
    protected override async Task<StepResult<Done>> RunStepAsync(PushAgentImage input, CancellationToken cancellationToken)
    {
        var name = ImageNames.AgentReference(input.AgentId, input.Revision);
        await registry.TagAsync(name, new Descriptor(MediaTypes.Manifest, input.Image.Digest, input.Image.Size), cancellationToken);
        return Finished($"{name} is {input.Image.Digest}.");
    }
}
