using MultiAgentInfra.Clients.Sqlite;
using MultiAgentInfra.Clients.Targets;
using MultiAgentInfra.Core.Deployments;

namespace MultiAgentInfra.Activities.Rollouts;

/// <summary>Starts the prepared launch; a second run finds the agent of the same launch and leaves it alone.</summary>
[DurableTask(nameof(StartAgent))]
public sealed class StartAgentActivity(AgentStore agents, SecretStore secrets, IAgentTarget target, StepRecorder recorder)
    : StepActivity<StartAgent, StartedAgent>(recorder)
{
    protected override async Task<StepResult<StartedAgent>> RunStepAsync(StartAgent input, CancellationToken cancellationToken)
    {
        var agent = await agents.RequireAgentAsync(input.AgentId, cancellationToken);
        var revision = await agents.RequireRevisionAsync(input.AgentId, input.Revision ?? agent.Revision, cancellationToken);
        var values = await secrets.GetAllAsync(input.AgentId, revision.Number, cancellationToken);
        return await target.StartAsync(input.AgentId, values, revision.Environment, cancellationToken)
            ? new(new StartedAgent(), "Started.")
            : new(new StartedAgent(Unanswered: true), "The target has not answered yet whether it starts the agent.", Finished: false);
    }
}
