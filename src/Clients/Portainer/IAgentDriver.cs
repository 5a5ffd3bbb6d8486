using MultiAgentInfra.Clients.Eliza;
using MultiAgentInfra.Clients.Kubernetes;
using MultiAgentInfra.Clients.Targets;
using MultiAgentInfra.Core.Deployments;

namespace MultiAgentInfra.Clients.Portainer;

/// <summary>Runs agents in environments of one kind.</summary>
internal interface IAgentDriver
{
    /// <returns>The name of the pull secret; null where there is none.</returns>
    Task<string?> PrepareAsync(int environment, AgentLaunch launch, LaunchFiles files, CancellationToken cancellationToken);

    /// <returns>Why the environment does not take it; null when it does.</returns>
    /// <exception cref="InvalidOperationException">Another launch of the agent still runs.</exception>
    Task<Diagnosis?> StartAsync(
        PreparedLaunch prepared, IReadOnlyDictionary<string, string> secrets, IReadOnlyDictionary<string, string> environment, CancellationToken cancellationToken);

    /// <param name="since">What was seen then, or later, will do too; null for a look of its own.</param>
    Task<AgentState> InspectAsync(PreparedLaunch prepared, DateTimeOffset? since, CancellationToken cancellationToken);

    Task<ElizaHealth> GetHealthAsync(PreparedLaunch prepared, AgentState.Running running, CancellationToken cancellationToken);

    /// <returns>Whether nothing of the agent was there to stop, and nothing is about to be.</returns>
    Task<bool> StopAsync(PreparedLaunch prepared, bool kill, CancellationToken cancellationToken);

    /// <summary>Removes the agent's stack; its data and its secrets stay.</summary>
    Task RemoveStackAsync(PreparedLaunch prepared, CancellationToken cancellationToken);

    /// <summary>Removes everything of the agent.</summary>
    /// <exception cref="InvalidOperationException">The agent still runs, or something has not gone yet.</exception>
    Task RemoveAsync(PreparedLaunch prepared, CancellationToken cancellationToken);

    /// <summary>Lines in the order of their times, at least as many bytes as the limit where there are so many.</summary>
    /// <param name="after">Microseconds of Unix time, exclusive.</param>
    /// <param name="tail">Only the last so many lines; null for all.</param>
    Task<IReadOnlyList<PodLogLine>> ReadLogAsync(PreparedLaunch prepared, long after, int? tail, int limitBytes, CancellationToken cancellationToken);

    /// <summary>By what the agent's stack is found.</summary>
    StackKey StackOf(PreparedLaunch prepared);

    /// <summary>Until the agent has written something after that time; at once where only another look can tell.</summary>
    Task AwaitLogAsync(PreparedLaunch prepared, long after, CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>The agent's page, below Portainer's address.</summary>
    string PageOf(PreparedLaunch prepared);
}
