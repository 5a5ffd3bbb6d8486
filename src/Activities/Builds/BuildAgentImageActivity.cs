using MultiAgentInfra.Clients.Oci;
using MultiAgentInfra.Clients.Sqlite;
using MultiAgentInfra.Clients.Trivy;
using MultiAgentInfra.Core;
using MultiAgentInfra.Core.Characters;
using MultiAgentInfra.Core.Deployments;
using MultiAgentInfra.Core.Images;

namespace MultiAgentInfra.Activities.Builds;

/// <summary>Puts one thin layer on the runtime image; a layer that holds a secret is refused.</summary>
[DurableTask(nameof(BuildAgentImage))]
public sealed class BuildAgentImageActivity(AgentImageBuilder builder, AgentStore agents, SecretStore secrets, ScanGate gate, StepRecorder recorder)
    : StepActivity<BuildAgentImage, BuiltImage>(recorder)
{
    protected override async Task<StepResult<BuiltImage>> RunStepAsync(BuildAgentImage input, CancellationToken cancellationToken)
    {
        var revision = await agents.RequireRevisionAsync(input.AgentId, input.Revision, cancellationToken);
        var agent = await agents.RequireAgentAsync(input.AgentId, cancellationToken);
        var layer = new AgentLayer(agent.OrganizationId, input.AgentId, input.Revision, revision.CharacterJson, revision.Knowledge);
        var values = await secrets.GetValuesAsync(input.AgentId, cancellationToken);

        var files = revision.Knowledge.Append(new KnowledgeFile("character.json", revision.CharacterJson));
        var findings = files.SelectMany(file => SecretScanner.Find(file.Name, file.Content, values)).ToList();
        if (findings.Count > 0)
            throw new NonRetryableException($"The character's layer holds a secret: {string.Join("; ", findings.Select(finding => $"{finding.Rule} in {finding.Path}"))}.");

        var image = await builder.BuildAsync(input.Runtime, layer, cancellationToken);
        await gate.RecordCleanLayerAsync(image.Digest, cancellationToken);
        return new(new BuiltImage(image.Digest, image.Size), $"{image.Digest}, no secret found in its layer.");
    }
}
