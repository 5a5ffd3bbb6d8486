using MultiAgentInfra.Clients;
using MultiAgentInfra.Clients.Builds;
using MultiAgentInfra.Clients.Npm;
using MultiAgentInfra.Core.Deployments;
using MultiAgentInfra.Core.Images;

namespace MultiAgentInfra.Activities.Builds;

/// <summary>Keeps the bill of materials (CycloneDX) of the runtime image among the artifacts.</summary>
[DurableTask(nameof(ListComponents))]
public sealed class ListComponentsActivity(NpmClient npm, DataFolder data, BuildFolder folder, StepRecorder recorder)
    : StepActivity<ListComponents, ComponentList>(recorder)
{
    protected override async Task<StepResult<ComponentList>> RunStepAsync(ListComponents input, CancellationToken cancellationToken)
    {
        var components = await npm.ListComponentsAsync(folder.App(input.PluginSetKey), cancellationToken);
        var digest = Digest.Of(components);
        var path = Path.Combine(data.Artifacts, $"{digest.Hex}.cdx.json");
        await File.WriteAllBytesAsync(path, components, cancellationToken);
        return new(new ComponentList(digest), $"CycloneDX, {components.Length} bytes: {path}");
    }
}
