using Microsoft.AspNetCore.Http;
using MultiAgentInfra.Clients;
using MultiAgentInfra.Clients.Local;
using MultiAgentInfra.Clients.Npm;
using MultiAgentInfra.Clients.Oci;
using MultiAgentInfra.Clients.Sqlite;
using MultiAgentInfra.Clients.Targets;
using MultiAgentInfra.Functions.Http;

namespace MultiAgentInfra.Functions;

/// <summary>Says what a deployment would do, and does none of it.</summary>
public sealed class DryRun(IAgentTarget target, DryRunVerdicts verdicts)
{
    /// <summary>The query parameter that asks for it.</summary>
    public const string Parameter = "dryRun";

    public async Task<IResult> AnswerAsync(NewAgent agent, CancellationToken cancellationToken)
    {
        try
        {
            var plan = Plan(agent);
            var there = await target.FindObjectsAsync(plan, cancellationToken) ?? [];
            var body = DryRunBody.Of(
                agent,
                plan,
                LaunchDifference.Of(plan, there, last: null),
                await verdicts.OfRuntimeAsync(agent.Plugins, cancellationToken),
                DryRunVerdicts.OfLayer(agent));
            return Results.Json(body, WireJson.Default.DryRunBody);
        }
        catch (Exception exception) when (exception is ApiException or NpmException)
        {
            return Problems.DryRunFailed(exception.Message);
        }
    }

    private LaunchPlan Plan(NewAgent agent)
    {
        var launch = new AgentLaunch(
            agent.Id, 1, 1, Guid.Empty, LaunchPlan.NoImage, LaunchPlan.NoImage, 0, 0, agent.Resources, agent.OrganizationId, ElizaVersion: agent.Plugins.ElizaVersion);
        return target.Plan(
            launch, ImageNames.AgentRepository(agent.OrganizationId), [.. agent.Secrets.Keys.Union(AgentEnvironment.SystemSecrets)], agent.Environment);
    }
}
