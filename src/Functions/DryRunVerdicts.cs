using MultiAgentInfra.Activities.Builds;
using MultiAgentInfra.Clients.Oci;
using MultiAgentInfra.Clients.Sqlite;
using MultiAgentInfra.Clients.Trivy;
using MultiAgentInfra.Core.Characters;
using MultiAgentInfra.Core.Deployments;
using MultiAgentInfra.Core.Images;
using MultiAgentInfra.Functions.Http;

namespace MultiAgentInfra.Functions;

/// <summary>What the policies would say of a deployment's images, from what is on record.</summary>
public sealed class DryRunVerdicts(RuntimeKeys keys, RuntimeImageStore images, ImageReader reader, ScanGate gate)
{
    /// <summary>Decides as the deployment's claim does.</summary>
    public async Task<RuntimeVerdictBody> OfRuntimeAsync(PluginSet plugins, CancellationToken cancellationToken)
    {
        var claim = await images.FindAsync(await keys.OfClaimAsync(plugins, cancellationToken), cancellationToken);
        if (claim.State == RuntimeClaimState.InFlight)
            return new("Awaited", null, null, "Another operation builds it, and it would be scanned.");
        if (claim.Image is not { } image)
            return new("Built", null, null, "There is none for these plugins: it would be built and scanned.");

        var judged = await gate.JudgeAsync(image, cancellationToken);
        var refused = judged.Verdict.Outcome == ScanOutcome.Failed;
        if ((refused && judged.Scan.Report is null) || !await reader.HasImageAsync(new(ImageNames.RuntimeRepository, image), cancellationToken))
            return new("Built", image.Value, null, "The one that was built before cannot be used any more: it would be built and scanned again.");
        return new(refused ? "Refused" : "Reused", image.Value, ScanBody.Of(judged.Verdict), judged.Verdict.Summary);
    }

    /// <summary>Searches what would be the agent's own layer, as the deployment does.</summary>
    public static LayerVerdictBody OfLayer(NewAgent agent)
    {
        var files = agent.Knowledge.Append(new KnowledgeFile("character.json", agent.CharacterJson));
        var findings = files.SelectMany(file => SecretScanner.Find(file.Name, file.Content, agent.Secrets.Values)).ToList();
        return new(findings.Count == 0 ? "Passed" : "Refused", SecretScanner.Version, [.. findings.Select(finding => new SecretFindingBody(finding.Rule, finding.Path))]);
    }
}
