using MultiAgentInfra.Clients.Attestations;
using MultiAgentInfra.Clients.Oci;
using MultiAgentInfra.Clients.Sqlite;
using MultiAgentInfra.Core;
using MultiAgentInfra.Core.Deployments;
using MultiAgentInfra.Core.Images;

namespace MultiAgentInfra.Activities.Builds;

/// <summary>Signs an agent image that is about to get its name, and attaches to it the components and the verdict of its runtime image,
/// what was found in its own layer, and its provenance.</summary>
public sealed class AgentAttestations(
    IImageRegistry registry, ImageAttester attester, ComponentLists lists, RuntimeImageStore runtimes, OperationStore operations)
{
    private const string BuildType = "https://multiagentinfra.dev/builds/agent-image/v1";

    /// <param name="repository">Has the image already, without a name.</param>
    public async Task AttestAsync(PushAgentImage input, string repository, CancellationToken cancellationToken)
    {
        var image = await registry.GetManifestAsync(repository, input.Image.Digest, cancellationToken);
        var manifest = image.ReadImage();
        var runtime = Digest.Parse(manifest.Annotations![ImageNames.RuntimeLabel]);
        var released = await runtimes.GetByDigestAsync(runtime, cancellationToken)
            ?? throw new NonRetryableException($"The runtime image {runtime} was not released.");

        var below = ResourceDescriptor.Of("runtime", runtime);
        var layer = ResourceDescriptor.Of("character and knowledge", manifest.Layers[^1].Digest);
        var run = await operations.ReadRunAsync(input.OperationId, "oci", "agent-image", "agent-image", cancellationToken);
        var definition = new BuildDefinition(BuildType, new { Agent = input.AgentId, input.Revision }, [below, layer]);
        var verdict = VerdictStatement.Of(released.Verdict) with { Inherited = below, ScannedLayer = layer };
        var components = await lists.FindAsync(ImageNames.RuntimeRepository, runtime, cancellationToken);
        await attester.AttestAsync(repository, image.Descriptor, new(components, ImageNames.RuntimeRepository, verdict, new(definition, run)), cancellationToken);
    }
}
