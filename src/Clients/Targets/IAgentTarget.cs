using MultiAgentInfra.Clients.Eliza;
using MultiAgentInfra.Core.Clusters;

namespace MultiAgentInfra.Clients.Targets;

/// <summary>
/// Runs agents, each at most once: a launch starts only when every earlier one of its agent is gone. What is known of an agent is kept by the
/// target, so that agents outlive the control plane and the next one finds them.
/// </summary>
public interface IAgentTarget
{
    /// <summary>As requests name it.</summary>
    string Name { get; }

    /// <summary>Whether all agents must belong to one owner, because nothing keeps them apart.</summary>
    bool SingleOwner { get; }

    /// <summary>A sentence for people: where agents run, and whether they are kept apart.</summary>
    string Explanation { get; }

    /// <summary>Whether agents run in clusters, so that they may ask for one, for replicas, and for a host name.</summary>
    bool HasClusters { get; }

    /// <summary>How long an agent may take here from its start to its first good answer, at most <see cref="Core.Deployments.StepBudgets.LongestBoot"/>.</summary>
    TimeSpan Boot { get; }

    /// <summary>The page that the target itself has of the agent, for people; null where there is none. It asks nobody.</summary>
    Uri? PageOf(Guid agentId);

    /// <summary>What a launch would make; nothing is made, and nobody is asked.</summary>
    /// <param name="repository">Of its image, as the registry port knows it.</param>
    /// <param name="secrets">The names of its secrets, the platform's own too.</param>
    /// <param name="place">Where a new agent would go; null where there is no such choice, or no such place.</param>
    /// <exception cref="Core.NonRetryableException">It cannot be launched so.</exception>
    LaunchPlan Plan(
        AgentLaunch launch, string repository, IReadOnlyCollection<string> secrets, IReadOnlyDictionary<string, string> environment, ClusterFacts? place);

    /// <summary>What there is of a plan's objects, and of its agent beyond them, without the values of secrets; it only reads.</summary>
    /// <param name="place">As for the plan.</param>
    /// <returns>Null where the target keeps no objects that could differ from what was last deployed.</returns>
    Task<IReadOnlyList<Kubernetes.ManifestObject>?> FindObjectsAsync(LaunchPlan plan, ClusterFacts? place, CancellationToken cancellationToken);

    /// <summary>Keeps room for a revision of an agent that is here already, before anything of it is stopped; nothing to do for a new agent, which
    /// <see cref="PrepareAsync"/> places, and where there are no clusters.</summary>
    /// <exception cref="Core.NonRetryableException">Its cluster does not take the revision.</exception>
    /// <exception cref="InvalidOperationException">The same, and it may for the moment only.</exception>
    Task ReserveAsync(AgentDemand demand, CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Puts a verified image in place and remembers the launch; safe to repeat. Where the version of ElizaOS changes, whose database it
    /// migrates at every start and not back, a snapshot of the agent's data is taken before, and put back when the same operation goes back over it.</summary>
    /// <exception cref="InvalidOperationException">The data is to be copied or put back, and the agent still runs.</exception>
    Task<Preparation> PrepareAsync(AgentLaunch launch, LaunchFiles files, CancellationToken cancellationToken);

    /// <summary>Starts the prepared launch; nothing happens when it runs already.</summary>
    /// <returns>False while the target has not answered whether it does: to be asked again.</returns>
    /// <exception cref="InvalidOperationException">Nothing is prepared, or another launch of the agent still runs.</exception>
    Task<bool> StartAsync(
        Guid agentId, IReadOnlyDictionary<string, string> secrets, IReadOnlyDictionary<string, string> environment, CancellationToken cancellationToken);

    Task<AgentState> InspectAsync(Guid agentId, CancellationToken cancellationToken = default);

    /// <summary>The same for a sweep over many agents, which can share what is asked for the first of them.</summary>
    /// <param name="since">What was seen then, or later, will do too; null for a look of its own.</param>
    Task<AgentState> InspectAsync(Guid agentId, DateTimeOffset? since, CancellationToken cancellationToken) => InspectAsync(agentId, cancellationToken);

    /// <summary>Asks once whether the agent answers, and as itself where the target can tell; one that does not is a value and no exception.</summary>
    /// <param name="token">The agent's own API token; null to leave out the question who answers.</param>
    /// <exception cref="ApiException">Something answers that refuses the agent's token.</exception>
    Task<ElizaHealth> GetHealthAsync(Guid agentId, AgentState.Running running, string? token, CancellationToken cancellationToken);

    /// <summary>Asks the agent to stop, once however often this is called, or kills it; returns at once. It is gone when it no longer counts as running.</summary>
    Task SignalStopAsync(Guid agentId, bool kill, CancellationToken cancellationToken = default);

    /// <summary>Forgets the launch, apart from the agent's data and log; safe to repeat.</summary>
    Task RemoveTemplateAsync(Guid agentId);

    /// <summary>Removes everything of the agent, its data too; safe to repeat.</summary>
    /// <exception cref="InvalidOperationException">The agent still runs.</exception>
    Task RemoveAsync(Guid agentId, CancellationToken cancellationToken = default);

    /// <summary>Reads whole lines of the agent's own output from a cursor on; 0 is the beginning.</summary>
    Task<LogPage> ReadLogAsync(Guid agentId, long after, int limitBytes, CancellationToken cancellationToken = default);

    /// <summary>Waits until the agent has written something behind a cursor; returns at once where only another look can tell.</summary>
    Task AwaitLogAsync(Guid agentId, long after, CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Reads the last lines of the agent's own output, at most 64 KiB.</summary>
    Task<IReadOnlyList<LogLine>> ReadLogTailAsync(Guid agentId, int lines, CancellationToken cancellationToken = default);

    /// <summary>Keeps every agent's output within bounds; for a timer.</summary>
    /// <returns>How many were trimmed.</returns>
    int TrimLogs();
}
