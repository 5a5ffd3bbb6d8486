using MultiAgentInfra.Clients.Npm;
using MultiAgentInfra.Clients.Oci;
using MultiAgentInfra.Core.Deployments;

namespace MultiAgentInfra.Activities.Builds;

/// <summary>Keeps the bill of materials (CycloneDX) of the runtime image as a blob of the registry.</summary>
[DurableTask(nameof(ListComponents))]
public sealed class ListComponentsActivity(NpmClient npm, OciLayout registry, BuildFolder folder, StepRecorder recorder)
    : StepActivity<ListComponents, BuiltImage>(recorder)
{
    protected override async Task<StepResult<BuiltImage>> RunStepAsync(ListComponents input, CancellationToken cancellationToken)
    {
        var components = await npm.ListComponentsAsync(
            folder.App(input.PluginSetKey), folder.Work(input.PluginSetKey), cancellationToken);
        var blob = await registry.PutBlobAsync(components, "application/vnd.cyclonedx+json", cancellationToken);
        return new(new BuiltImage(blob.Digest), $"CycloneDX, {components.Length} bytes, {blob.Digest}.");
    }
}
