using Microsoft.AspNetCore.Http;
using MultiAgentInfra.Clients;
using MultiAgentInfra.Clients.Local;
using MultiAgentInfra.Clients.Npm;
using MultiAgentInfra.Clients.Oci;
using MultiAgentInfra.Clients.Portainer;
using MultiAgentInfra.Clients.Sqlite;
using MultiAgentInfra.Clients.Targets;
using MultiAgentInfra.Core;
using MultiAgentInfra.Core.Clusters;
using MultiAgentInfra.Functions.Http;

namespace MultiAgentInfra.Functions;

/// <summary>Says what a deployment would do, and does none of it.</summary>
public sealed class DryRun(IAgentTarget target, IClusterDirectory directory, PlacementStore placements, DryRunVerdicts verdicts)
{
    /// <summary>The query parameter that asks for it.</summary>
    public const string Parameter = "dryRun";

    public async Task<IResult> AnswerAsync(NewAgent agent, CancellationToken cancellationToken)
    {
        try
        {
            var launch = Launch(agent);
            var clusters = target is PortainerTarget ? await directory.ListAsync(cancellationToken) : null;
            var placement = clusters is null ? null : await placements.PreviewAsync(
                AgentDemand.Of(launch.AgentId, launch.Resources, launch.Deployment), clusters, cancellationToken);
            var place = clusters?.FirstOrDefault(cluster => cluster.Id == placement?.Cluster);
            var plan = Plan(launch, agent.Secrets.Keys, agent.Environment, place);
            var there = await target.FindObjectsAsync(plan, place, cancellationToken) ?? [];
            var body = DryRunBody.Of(
                agent,
                plan,
                placement,
                LaunchDifference.Of(plan, there, last: null),
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

    private static AgentLaunch Launch(NewAgent agent) => new(
        agent.Id, 1, 1, Guid.Empty, LaunchPlan.NoImage, LaunchPlan.NoImage, 0, 0, agent.Resources, agent.OrganizationId, agent.Deployment, agent.Plugins.ElizaVersion);

    private LaunchPlan Plan(AgentLaunch launch, IEnumerable<string> secrets, IReadOnlyDictionary<string, string> environment, ClusterFacts? place) => target.Plan(
        launch, ImageNames.AgentRepository(launch.OrganizationId), [.. secrets.Union(AgentEnvironment.SystemSecrets)], environment, place);
}
