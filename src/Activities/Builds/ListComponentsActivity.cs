using MultiAgentInfra.Clients.Artifacts;
using MultiAgentInfra.Clients.Builds;
using MultiAgentInfra.Clients.Npm;
using MultiAgentInfra.Core.Deployments;

namespace MultiAgentInfra.Activities.Builds;

/// <summary>Keeps the bill of materials (CycloneDX) of the runtime image among the artifacts.</summary>
[DurableTask(nameof(ListComponents))]
public sealed class ListComponentsActivity(NpmClient npm, OperationArtifacts artifacts, BuildFolder folder, StepRecorder recorder)
    : StepActivity<ListComponents, ComponentList>(recorder)
{
    private const string Name = "sbom.cdx.json";

    protected override async Task<StepResult<ComponentList>> RunStepAsync(ListComponents input, CancellationToken cancellationToken)
    {
        var components = await npm.ListComponentsAsync(folder.App(input.PluginSetKey), cancellationToken);
        var artifact = await artifacts.PutAsync(input.OperationId, Name, "application/vnd.cyclonedx+json", components, cancellationToken);
        return new(new ComponentList(artifact.Digest), $"CycloneDX, {artifact.Size} bytes: {Name}");
    }
}
