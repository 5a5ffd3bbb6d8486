using Microsoft.AspNetCore.Http;
using MultiAgentInfra.Clients;
using MultiAgentInfra.Clients.Local;
using MultiAgentInfra.Clients.Npm;
using MultiAgentInfra.Clients.Oci;
using MultiAgentInfra.Clients.Sqlite;
using MultiAgentInfra.Clients.Targets;
using MultiAgentInfra.Core;
using MultiAgentInfra.Core.Clusters;
using MultiAgentInfra.Functions.Http;

namespace MultiAgentInfra.Functions;

/// <summary>The revision of an agent that runs.</summary>
/// <param name="Secrets">Their names.</param>
public sealed record RunningRevision(AgentRevision Revision, IReadOnlyCollection<string> Secrets);

/// <summary>Says what a deployment would do, and does none of it.</summary>
public sealed class DryRun(IAgentTarget target, IClusterDirectory directory, PlacementStore placements, DryRunVerdicts verdicts)
{
    /// <summary>The query parameter that asks for it.</summary>
    public const string Parameter = "dryRun";

    /// <param name="agent">With all its secrets.</param>
    /// <param name="revision">The one that the deployment would make.</param>
    /// <param name="running">The one that runs; null when none does.</param>
    public async Task<IResult> AnswerAsync(NewAgent agent, int revision, RunningRevision? running, CancellationToken cancellationToken)
    {
        try
        {
            var launch = Launch(agent.OrganizationId, new(agent.Id, revision, "", agent.Plugins, [], agent.Environment, agent.Resources, agent.Deployment));
            var clusters = target.HasClusters ? await directory.ListAsync(cancellationToken) : null;
            var placement = clusters is null ? null : await placements.PreviewAsync(
                AgentDemand.Of(launch.AgentId, launch.Resources, launch.Deployment), clusters, cancellationToken);
            var place = clusters?.FirstOrDefault(cluster => cluster.Id == placement?.Cluster);
            var plan = Plan(launch, agent.Secrets.Keys, agent.Environment, place);
            var last = running is null ? null : Plan(Launch(agent.OrganizationId, running.Revision), running.Secrets, running.Revision.Environment, place);
            var there = await target.FindObjectsAsync(plan, place, cancellationToken) ?? last?.Objects ?? [];
            var body = DryRunBody.Of(
                agent,
                plan,
                placement,
                LaunchDifference.Of(plan, there, last),
                await verdicts.OfRuntimeAsync(agent.Plugins, cancellationToken),
                DryRunVerdicts.OfLayer(agent));
            return Results.Json(body, WireJson.Default.DryRunBody);
        }
        catch (NonRetryableException exception)
        {
            return Problems.Undeployable(exception.Message);
        }
        catch (Exception exception) when (exception is ApiException or NpmException)
        {
            return Problems.DryRunFailed(exception.Message);
        }
    }

    private static AgentLaunch Launch(Guid organizationId, AgentRevision revision) => new(
        revision.AgentId, revision.Number, 1, Guid.Empty, revision.Image ?? LaunchPlan.NoImage, LaunchPlan.NoImage, 0, 0, revision.Resources,
        organizationId, revision.Deployment, revision.Plugins.ElizaVersion);

    private LaunchPlan Plan(AgentLaunch launch, IEnumerable<string> secrets, IReadOnlyDictionary<string, string> environment, ClusterFacts? place) => target.Plan(
        launch, ImageNames.AgentRepository(launch.OrganizationId), [.. secrets.Union(AgentEnvironment.SystemSecrets)], environment, place);
}
