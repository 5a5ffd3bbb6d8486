using System.Text.Json;
using MultiAgentInfra.Clients.Attestations;
using MultiAgentInfra.Clients.Builds;
using MultiAgentInfra.Clients.Eliza;
using MultiAgentInfra.Clients.Oci;
using MultiAgentInfra.Clients.Sqlite;
using MultiAgentInfra.Core;
using MultiAgentInfra.Core.Deployments;
using MultiAgentInfra.Core.Images;

namespace MultiAgentInfra.Activities.Builds;

/// <summary>Signs a runtime image that is about to be released, and attaches its components, the verdict and its provenance to it.</summary>
public sealed class RuntimeAttestations(
    ImageMover mover, ImageAttester attester, IRuntimeBuilder builder, LockFileStore lockFiles, OperationStore operations)
{
    private const string BuildType = "https://multiagentinfra.dev/builds/runtime-image/v1";

    /// <summary>The image is in the repository of released ones after this, signed and without a name.</summary>
    public async Task AttestAsync(ReleaseRuntimeImage input, CancellationToken cancellationToken)
    {
        if (input.PackageJson.Length == 0)
            throw new NonRetryableException("An earlier release began this build, and did not say what it was made of: deploy the agent again.");
        var image = await mover.MoveAsync(new(ImageNames.QuarantineRepository, input.Image.Digest), ImageNames.RuntimeRepository, null, cancellationToken);
        var origin = await builder.GetOriginAsync(cancellationToken);
        var run = await operations.ReadRunAsync(input.OperationId, origin.Builder, "install", "assemble", cancellationToken);
        var provenance = new SlsaProvenance(await DefineAsync(input.PackageJson, origin, cancellationToken), run);
        var components = new Descriptor(AttestationTypes.CycloneDx, input.Sbom, input.SbomSize);
        await attester.AttestAsync(
            ImageNames.RuntimeRepository, image, new(components, ImageNames.RuntimeRepository, VerdictStatement.Of(input.Verdict), provenance), cancellationToken);
    }

    private async Task<BuildDefinition> DefineAsync(string packageJson, RuntimeOrigin origin, CancellationToken cancellationToken)
    {
        using var document = JsonDocument.Parse(packageJson);
        var parameters = new
        {
            origin.Builder,
            DockerfileTemplate = DockerfileBuilder.TemplateVersion,
            origin.NodeVersion,
            Packages = document.RootElement.GetProperty("dependencies").Clone(),
            origin.Platform,
        };
        List<ResourceDescriptor> dependencies =
        [
            ResourceDescriptor.Of("package-lock.json", Digest.Of(System.Text.Encoding.UTF8.GetBytes(await lockFiles.RequireAsync(packageJson, cancellationToken)))),
            ResourceDescriptor.Of(ElizaLauncher.FileName, ElizaLauncher.Digest),
        ];
        if (origin.Base is { } below)
            dependencies.Add(ResourceDescriptor.Of("base", below));
        return new(BuildType, parameters, dependencies);
    }
}
