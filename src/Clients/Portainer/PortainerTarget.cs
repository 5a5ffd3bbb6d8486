using Microsoft.Extensions.Logging;
using MultiAgentInfra.Clients.Eliza;
using MultiAgentInfra.Clients.Kubernetes;
using MultiAgentInfra.Clients.Oci;
using MultiAgentInfra.Clients.Targets;
using MultiAgentInfra.Core;
using MultiAgentInfra.Core.Clusters;
using MultiAgentInfra.Core.Deployments;

namespace MultiAgentInfra.Clients.Portainer;

/// <summary>Runs agents in the clusters of a Portainer. Images come by digest from the registry; what was prepared is in the store, and
/// what runs is read from the cluster.</summary>
public sealed partial class PortainerTarget : IAgentTarget, IDisposable
{
    private const int TailBytes = 64 * 1024;

    private readonly PortainerClusters _clusters;
    private readonly RemoteRegistry _registry;
    private readonly PreparedLaunchStore _launches;
    private readonly PlaceAgent _place;
    private readonly ILogger<PortainerTarget> _logger;
    private readonly PullSecrets _pullSecrets;
    private readonly KubernetesDriver _kubernetes;
    private readonly ComposeDriver _compose;
    private readonly KubernetesPlans _plans;

    public PortainerTarget(PortainerClusters clusters, RemoteRegistry registry, PreparedLaunchStore launches, PortainerTargetOptions options, ILogger<PortainerTarget> logger)
    {
        (_clusters, _registry, _launches, _place, _logger, Boot) = (clusters, registry, launches, options.Place, logger, options.Boot);
        _pullSecrets = new(clusters, registry, options.RegistryId);
        _kubernetes = new(clusters, _pullSecrets, options);
        _compose = new(clusters, registry, options);
        _plans = new(clusters, options);
    }

    public string Name => "portainer";

    public bool SingleOwner => false;

    public string Explanation => $"Agents run in the environments of Portainer at {_clusters.Address}, each in a pod or container of its own, apart from those of other owners.";

    public bool HasClusters => true;

    public TimeSpan Boot { get; }

    public LaunchPlan Plan(
        AgentLaunch launch, string repository, IReadOnlyCollection<string> secrets, IReadOnlyDictionary<string, string> environment, ClusterFacts? place) =>
        (_launches.Find(launch.AgentId)?.OnDocker ?? place?.Kind == ClusterFacts.Docker ? (PlanLaunch)_compose.Plan : _plans.Make)(
            new(launch, 0, _registry.PullReference(repository, launch.Image), _pullSecrets.Name), LaunchPlan.Masked(secrets), environment);

    public async Task<IReadOnlyList<ManifestObject>?> FindObjectsAsync(LaunchPlan plan, ClusterFacts? place, CancellationToken cancellationToken)
    {
        var prepared = _launches.Find(plan.Launch.AgentId);
        if (prepared?.OnDocker ?? place?.Kind == ClusterFacts.Docker)
            return null;
        return (prepared?.Cluster ?? (place is null ? null : PortainerDirectory.NumberOf(place.Id))) is { } environment
            ? await _plans.FindObjectsAsync(environment, plan, cancellationToken).ConfigureAwait(false)
            : [];
    }

    public Task ReserveAsync(AgentDemand demand, CancellationToken cancellationToken) =>
        _launches.Find(demand.AgentId) is null ? Task.CompletedTask : _place(demand, cancellationToken);

    public async Task<Preparation> PrepareAsync(AgentLaunch launch, LaunchFiles files, CancellationToken cancellationToken)
    {
        var (environment, reason) = await _place(AgentDemand.Of(launch.AgentId, launch.Resources, launch.Deployment), cancellationToken).ConfigureAwait(false);
        var found = await _clusters.Client.FindEnvironmentAsync(environment, cancellationToken).ConfigureAwait(false);
        if (found is not ({ IsKubernetes: true } or { IsDocker: true }))
            throw new NonRetryableException($"Portainer has no environment {environment} that can run agents.");
        var before = _launches.Find(launch.AgentId)?.Launch;
        var data = found.IsDocker
            ? new(VersionChange.Of(before?.ElizaVersion, launch.ElizaVersion)?.WithoutSnapshot("a Docker environment takes none of volumes") ?? "")
            : await new AgentData(_clusters.Open(environment)).KeepAsync(launch, before, cancellationToken).ConfigureAwait(false);
        if (!data.IsReady)
            return data;
        var secret = await Driver(found.IsDocker).PrepareAsync(environment, launch, files, cancellationToken).ConfigureAwait(false);
        await _launches.WriteAsync(new(launch, environment, _registry.PullReference(files.Repository, launch.Image), secret, OnDocker: found.IsDocker)).ConfigureAwait(false);
        return new($"{reason}; environment {environment} '{found.Name}' is ready for it{(data.What.Length == 0 ? "" : $"; {data.What}")}");
    }

    public async Task<bool> StartAsync(
        Guid agentId, IReadOnlyDictionary<string, string> secrets, IReadOnlyDictionary<string, string> environment, CancellationToken cancellationToken)
    {
        if (_launches.Find(agentId) is not { IsForgotten: false } prepared)
            throw new InvalidOperationException($"Agent {agentId} is not prepared.");
        if (await IsAwaitedAsync(prepared, cancellationToken).ConfigureAwait(false))
            return false;
        // Before: of a start that was cut off, something may be there.
        prepared = await NoteAsync(prepared, started: true).ConfigureAwait(false);
        try
        {
            var refused = await Driver(prepared).StartAsync(prepared, secrets, environment, cancellationToken).ConfigureAwait(false);
            await NoteAsync(prepared, started: true, refused).ConfigureAwait(false);
            Log.Started(_logger, agentId, prepared.Launch.Revision, prepared.Launch.Attempt, prepared.Cluster, refused?.Cause);
            return true;
        }
        catch (StackUnansweredException)
        {
            return false;
        }
    }

    public Task<AgentState> InspectAsync(Guid agentId, CancellationToken cancellationToken = default) => InspectAsync(agentId, since: null, cancellationToken);

    public async Task<AgentState> InspectAsync(Guid agentId, DateTimeOffset? since, CancellationToken cancellationToken)
    {
        if (_launches.Find(agentId) is not { } prepared)
            return new AgentState.NotPrepared();
        var state = await Driver(prepared).InspectAsync(prepared, since, cancellationToken).ConfigureAwait(false);
        return state.IsGone && await IsAwaitedAsync(prepared, cancellationToken).ConfigureAwait(false)
            ? new AgentState.Starting("Portainer has not answered whether it makes the stack.", prepared.Launch) { IsAwaited = true }
            : state;
    }

    public async Task<ElizaHealth> GetHealthAsync(Guid agentId, AgentState.Running running, string? token, CancellationToken cancellationToken) =>
        _launches.Find(agentId) is { } prepared
            ? await Driver(prepared).GetHealthAsync(prepared, running, cancellationToken).ConfigureAwait(false)
            : new(ElizaHealthState.Unreachable, "Nothing of the agent runs.");

    public async Task SignalStopAsync(Guid agentId, bool kill, CancellationToken cancellationToken = default)
    {
        if (_launches.Find(agentId) is not { } prepared)
            return;
        var isGone = await Driver(prepared).StopAsync(prepared, kill, cancellationToken).ConfigureAwait(false)
            && !await IsAwaitedAsync(prepared, cancellationToken).ConfigureAwait(false);
        Log.Signalled(_logger, agentId, kill, isGone);
        if (isGone)
            await NoteAsync(prepared, started: false).ConfigureAwait(false);
    }

    public async Task RemoveTemplateAsync(Guid agentId)
    {
        if (_launches.Find(agentId) is not { } prepared)
            return;
        await Driver(prepared).RemoveStackAsync(prepared, CancellationToken.None).ConfigureAwait(false);
        await NoteAsync(prepared with { IsForgotten = true }, started: false).ConfigureAwait(false);
    }

    public async Task RemoveAsync(Guid agentId, CancellationToken cancellationToken = default)
    {
        if (_launches.Find(agentId) is not { } prepared)
            return;
        if (await IsAwaitedAsync(prepared, cancellationToken).ConfigureAwait(false))
            throw new InvalidOperationException($"Portainer may still make a stack of agent {agentId}.");
        await Driver(prepared).RemoveAsync(prepared, cancellationToken).ConfigureAwait(false);
        await _launches.RemoveAsync(agentId).ConfigureAwait(false);
    }

    /// <summary>The cursor is a time in microseconds. A pod that is gone has taken its log with it.</summary>
    public async Task<LogPage> ReadLogAsync(Guid agentId, long after, int limitBytes, CancellationToken cancellationToken = default)
    {
        if (_launches.Find(agentId) is not { } prepared)
            return new([], after);
        var lines = PodLog.Page(
            await Driver(prepared).ReadLogAsync(prepared, after, null, limitBytes, cancellationToken).ConfigureAwait(false), after, limitBytes);
        return new([.. lines.Select(line => new LogLine(line.Text))], lines.Count == 0 ? after : lines[^1].Microseconds);
    }

    public async Task AwaitLogAsync(Guid agentId, long after, CancellationToken cancellationToken)
    {
        if (_launches.Find(agentId) is { } prepared)
            await Driver(prepared).AwaitLogAsync(prepared, after, cancellationToken).ConfigureAwait(false);
    }

    public async Task<IReadOnlyList<LogLine>> ReadLogTailAsync(Guid agentId, int lines, CancellationToken cancellationToken = default) => _launches.Find(agentId) is { } prepared
        ? [.. (await Driver(prepared).ReadLogAsync(prepared, 0, lines, TailBytes, cancellationToken).ConfigureAwait(false)).TakeLast(lines).Select(line => new LogLine(line.Text))]
        : [];

    /// <summary>Nothing: kubelets keep each container's output within bounds themselves.</summary>
    public int TrimLogs() => 0;

    /// <summary>The agent's page in Portainer; null before it was prepared.</summary>
    public Uri? PageOf(Guid agentId) => _launches.Find(agentId) is { } prepared ? new(_clusters.Address, Driver(prepared).PageOf(prepared)) : null;

    public void Dispose() => _pullSecrets.Dispose();

    private async Task<PreparedLaunch> NoteAsync(PreparedLaunch prepared, bool started, Diagnosis? refused = null)
    {
        prepared = prepared with { Started = started, Refused = refused };
        await _launches.WriteAsync(prepared).ConfigureAwait(false);
        return prepared;
    }

    private Task<bool> IsAwaitedAsync(PreparedLaunch prepared, CancellationToken cancellationToken) =>
        _clusters.Stacks.IsAwaitedAsync(Driver(prepared).StackOf(prepared), cancellationToken);

    private IAgentDriver Driver(PreparedLaunch prepared) => Driver(prepared.OnDocker);

    private IAgentDriver Driver(bool onDocker) => onDocker ? _compose : _kubernetes;

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Information, "Agent {AgentId} revision {Revision}, attempt {Attempt}, was handed to environment {Environment}; refused: {Cause}.")]
        public static partial void Started(ILogger logger, Guid agentId, int revision, int attempt, int environment, string? cause);

        [LoggerMessage(2, LogLevel.Information, "Agent {AgentId}: asked to stop (kill: {Kill}, gone: {Gone}).")]
        public static partial void Signalled(ILogger logger, Guid agentId, bool kill, bool gone);
    }
}
