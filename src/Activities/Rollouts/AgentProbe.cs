using System.Globalization;
using MultiAgentInfra.Clients.Eliza;
using MultiAgentInfra.Clients.Sqlite;
using MultiAgentInfra.Clients.Targets;
using MultiAgentInfra.Core.Deployments;

namespace MultiAgentInfra.Activities.Rollouts;

/// <summary>One look at an agent: its process or container, its health, and whether it is really ours that answers on its port.</summary>
public sealed class AgentProbe(IAgentTarget target, ElizaClient eliza, SecretStore secrets)
{
    public async Task<StepResult<AgentObservation>> LookAsync(Guid agentId, CancellationToken cancellationToken)
    {
        var state = await target.InspectAsync(agentId, cancellationToken);
        if (state is AgentState.Exited exited)
            return Look($"The agent exited with code {exited.Code?.ToString(CultureInfo.InvariantCulture) ?? "unknown"}.", failed: true);
        if (state is not AgentState.Running running)
            return Look("The agent has not been started.", failed: true);

        var health = await eliza.GetHealthAsync(running.Port, cancellationToken);
        if (!health.IsHealthy)
            return Look($"{running.Name} runs; {health.Reason}");

        var token = (await secrets.GetAllAsync(agentId, cancellationToken))["ELIZA_SERVER_AUTH_TOKEN"];
        if (!await eliza.IsServingAsync(running.Port, token, agentId, cancellationToken))
            return Look($"Port {running.Port} answers, but not as this agent.");
        return new(
            new AgentObservation(Ready: true, Gone: false, Failure: null),
            $"{running.Name} answers on port {running.Port}.");
    }

    private static StepResult<AgentObservation> Look(string what, bool failed = false) =>
        new(new AgentObservation(Ready: false, Gone: false, failed ? what : null), what, Finished: false);
}
