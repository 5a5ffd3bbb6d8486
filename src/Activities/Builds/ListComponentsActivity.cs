using MultiAgentInfra.Clients.Artifacts;
using MultiAgentInfra.Clients.Attestations;
using MultiAgentInfra.Clients.Oci;
using MultiAgentInfra.Core.Deployments;

namespace MultiAgentInfra.Activities.Builds;

/// <summary>Keeps the bill of materials (CycloneDX) of the runtime image among the artifacts, and in the registry, where it is to be attached.</summary>
[DurableTask(nameof(ListComponents))]
public sealed class ListComponentsActivity(RuntimeComponents components, OperationArtifacts artifacts, ComponentLists lists, StepRecorder recorder)
    : StepActivity<ListComponents, ComponentList>(recorder)
{
    private const string Name = "sbom.cdx.json";

    protected override async Task<StepResult<ComponentList>> RunStepAsync(ListComponents input, CancellationToken cancellationToken)
    {
        var content = await components.ListAsync(input.PluginSetKey, input.PackageJson, cancellationToken);
        var artifact = await artifacts.PutAsync(input.OperationId, Name, AttestationTypes.CycloneDx, content, cancellationToken);
        await lists.PutAsync(ImageNames.RuntimeRepository, content, cancellationToken);
        return new(new ComponentList(artifact.Digest, artifact.Size), $"CycloneDX, {artifact.Size} bytes: {Name}");
    }
}
