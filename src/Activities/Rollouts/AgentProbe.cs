using MultiAgentInfra.Clients.Sqlite;
using MultiAgentInfra.Clients.Targets;
using MultiAgentInfra.Core.Deployments;
using MultiAgentInfra.Core.Images;

namespace MultiAgentInfra.Activities.Rollouts;

/// <summary>One look at an agent: its process or container, its health, and whether it is really ours that answers.</summary>
public sealed class AgentProbe(IAgentTarget target, SecretStore secrets)
{
    private const string ExitedHint = "Read the last lines of the agent's log: a missing or wrong secret and a plugin that does not load are the usual causes.";
    private const string ProbeHint = "Read the last lines of the agent's log: it runs, and what keeps it from answering is in there.";

    public async Task<StepResult<AgentObservation>> LookAsync(Guid agentId, CancellationToken cancellationToken)
    {
        var look = await target.InspectAsync(agentId, cancellationToken) switch
        {
            AgentState.Running running => await AskAsync(agentId, running, cancellationToken),
            AgentState.Starting starting => Look(starting.What, starting.Diagnosis),
            AgentState.Failing { Diagnosis: var diagnosis } => Failed(diagnosis),
            AgentState.Exited exited => Failed(exited.Diagnosis ?? new(DiagnosisCause.Exited, exited.Explanation, [], ExitedHint)),
            var other => Look(other.Explanation, diagnosis: null, failed: true),
        };
        return look.Output.Diagnosis is { } found
            ? Redact(look, found, new SecretRedactor(await secrets.GetValuesAsync(agentId, cancellationToken)))
            : look;
    }

    private async Task<StepResult<AgentObservation>> AskAsync(Guid agentId, AgentState.Running running, CancellationToken cancellationToken)
    {
        var token = (await secrets.GetAllAsync(agentId, running.Launch.Revision, cancellationToken))["ELIZA_SERVER_AUTH_TOKEN"];
        var health = await target.GetHealthAsync(agentId, running, token, cancellationToken);
        if (health.IsHealthy)
            return new(new AgentObservation(Ready: true, Gone: false, Failure: null), $"{running.Name} answers on port {running.Port}.");
        var what = $"{running.Name} runs; {health.Reason}";
        return Look(what, new(DiagnosisCause.ProbeFailed, what, [], ProbeHint));
    }

    private static StepResult<AgentObservation> Failed(Diagnosis diagnosis) => Look(diagnosis.Message, diagnosis, failed: true);

    private static StepResult<AgentObservation> Look(string what, Diagnosis? diagnosis, bool failed = false) =>
        new(new AgentObservation(Ready: false, Gone: false, failed ? what : null, diagnosis), what, Finished: false);

    /// <summary>What a cluster says, and above all what the agent has written, may quote a secret, and an observation goes into the history.</summary>
    private static StepResult<AgentObservation> Redact(StepResult<AgentObservation> look, Diagnosis diagnosis, SecretRedactor redactor) => look with
    {
        Detail = redactor.Redact(look.Detail),
        Output = look.Output with
        {
            Failure = look.Output.Failure is null ? null : redactor.Redact(look.Output.Failure),
            Diagnosis = diagnosis with { Message = redactor.Redact(diagnosis.Message), Evidence = [.. diagnosis.Evidence.Select(redactor.Redact)] },
        },
    };
}
