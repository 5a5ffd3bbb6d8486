using MultiAgentInfra.Clients.Sqlite;
using MultiAgentInfra.Core;
using MultiAgentInfra.Core.Agents;

namespace MultiAgentInfra.Activities;

/// <summary>Reads of rows that a step cannot do without: no retry brings them back.</summary>
internal static class RequiredRows
{
    public static async Task<Agent> RequireAgentAsync(this AgentStore agents, Guid agentId, CancellationToken cancellationToken) =>
        await agents.FindAsync(agentId, cancellationToken)
        ?? throw new NonRetryableException($"The agent {agentId} does not exist.");

    public static async Task<AgentRevision> RequireRevisionAsync(
        this AgentStore agents, Guid agentId, int revision, CancellationToken cancellationToken) =>
        await agents.GetRevisionAsync(agentId, revision, cancellationToken)
        ?? throw new NonRetryableException($"The agent {agentId} has no revision {revision}.");

    public static async Task<string> RequireAsync(this LockFileStore lockFiles, string packageJson, CancellationToken cancellationToken) =>
        await lockFiles.FindAsync(packageJson, cancellationToken)
        ?? throw new NonRetryableException("The plugin set has no lock file.");
}
