using Microsoft.Extensions.Logging;
using MultiAgentInfra.Clients.Eliza;
using MultiAgentInfra.Clients.Kubernetes;
using MultiAgentInfra.Clients.Oci;
using MultiAgentInfra.Clients.Targets;

namespace MultiAgentInfra.Clients.Portainer;

/// <summary>Runs agents in the clusters of a Portainer. Images come by digest from the registry; what was prepared lies in the agent's folder, and
/// what runs is read from the cluster.</summary>
public sealed partial class PortainerTarget : IAgentTarget, IDisposable
{
    private const int TailBytes = 64 * 1024;

    private readonly PortainerClusters _clusters;
    private readonly RemoteRegistry _registry;
    private readonly PlaceAgent _place;
    private readonly ILogger<PortainerTarget> _logger;
    private readonly PreparedLaunches _launches;
    private readonly PullSecrets _pullSecrets;
    private readonly KubernetesRollout _rollout;
    private readonly KubernetesWatch _watch;
    private readonly KubernetesPlans _plans;

    public PortainerTarget(PortainerClusters clusters, RemoteRegistry registry, PlaceAgent place, PortainerTargetOptions options, ILogger<PortainerTarget> logger)
    {
        (_clusters, _registry, _place, _logger, Boot) = (clusters, registry, place, logger, options.Boot);
        _launches = new(options.AgentsFolder);
        _pullSecrets = new(clusters, registry, options.RegistryId);
        _rollout = new(clusters, _pullSecrets, options);
        _watch = new(clusters, options);
        _plans = new(clusters, options);
    }

    public string Name => "portainer";

    public bool SingleOwner => false;

    public string Explanation => $"Each owner has a namespace, and each agent a pod of its own, in the clusters of Portainer at {_clusters.Address}.";

    public TimeSpan Boot { get; }

    public LaunchPlan Plan(AgentLaunch launch, string repository, IReadOnlyCollection<string> secrets, IReadOnlyDictionary<string, string> environment) =>
        _plans.Make(new(launch, 0, _registry.PullReference(repository, launch.Image), _pullSecrets.Name), LaunchPlan.Masked(secrets), environment);

    public async Task<IReadOnlyList<ManifestObject>?> FindObjectsAsync(LaunchPlan plan, CancellationToken cancellationToken) =>
        _launches.Read(plan.Launch.AgentId) is { } prepared ? await _plans.FindObjectsAsync(prepared.Cluster, plan, cancellationToken).ConfigureAwait(false) : [];

    public async Task<string> PrepareAsync(AgentLaunch launch, LaunchFiles files, CancellationToken cancellationToken)
    {
        var (environment, reason) = await _place(launch, cancellationToken).ConfigureAwait(false);
        var secret = await _rollout.PrepareAsync(environment, launch, cancellationToken).ConfigureAwait(false);
        _launches.Write(new(launch, environment, _registry.PullReference(files.Repository, launch.Image), secret));
        return $"{reason}; namespace {KubernetesNames.Namespace(launch.OrganizationId)} of environment {environment} is ready";
    }

    public async Task StartAsync(
        Guid agentId, IReadOnlyDictionary<string, string> secrets, IReadOnlyDictionary<string, string> environment, CancellationToken cancellationToken)
    {
        if (_launches.Read(agentId) is not { IsForgotten: false } prepared)
            throw new InvalidOperationException($"Agent {agentId} is not prepared.");
        // Before: of a start that was cut off, something may be there.
        _launches.Write(prepared with { Started = true, Refused = null });
        var refused = await _rollout.StartAsync(prepared, secrets, environment, cancellationToken).ConfigureAwait(false);
        _launches.Write(prepared with { Started = true, Refused = refused });
        Log.Started(_logger, agentId, prepared.Launch.Revision, prepared.Launch.Attempt, prepared.Cluster, refused?.Cause);
    }

    public async Task<AgentState> InspectAsync(Guid agentId, CancellationToken cancellationToken = default) => _launches.Read(agentId) is { } prepared
        ? await _watch.InspectAsync(prepared, cancellationToken).ConfigureAwait(false)
        : new AgentState.NotPrepared();

    public async Task<ElizaHealth> GetHealthAsync(Guid agentId, AgentState.Running running, string? token, CancellationToken cancellationToken) =>
        _launches.Read(agentId) is { } prepared && running is RunningPod pod
            ? await _watch.GetHealthAsync(prepared.Cluster, pod, cancellationToken).ConfigureAwait(false)
            : new(ElizaHealthState.Unreachable, "Nothing of the agent runs.");

    public async Task SignalStopAsync(Guid agentId, bool kill, CancellationToken cancellationToken = default)
    {
        if (_launches.Read(agentId) is not { } prepared)
            return;
        var sight = await _watch.LookAsync(prepared.Cluster, agentId, cancellationToken).ConfigureAwait(false);
        await _rollout.StopAsync(prepared.Cluster, sight, kill, cancellationToken).ConfigureAwait(false);
        Log.Signalled(_logger, agentId, kill, sight.Pods.Count);
        if (!sight.IsGone || !prepared.Started)
            return;
        // What Portainer has accepted and not applied yet would come up later.
        if (sight.Sets.Count == 0)
            await _rollout.RemoveStackAsync(prepared, cancellationToken).ConfigureAwait(false);
        _launches.Write(prepared with { Started = false, Refused = null });
    }

    public async Task RemoveTemplateAsync(Guid agentId)
    {
        if (_launches.Read(agentId) is not { } prepared)
            return;
        await _rollout.RemoveStackAsync(prepared, CancellationToken.None).ConfigureAwait(false);
        _launches.Write(prepared with { Started = false, Refused = null, IsForgotten = true });
    }

    public async Task RemoveAsync(Guid agentId, CancellationToken cancellationToken = default)
    {
        if (_launches.Read(agentId) is not { } prepared)
            return;
        await _rollout.RemoveAsync(prepared, cancellationToken).ConfigureAwait(false);
        _launches.Remove(agentId);
    }

    /// <summary>The cursor is a time in microseconds. A pod that is gone has taken its log with it.</summary>
    public async Task<LogPage> ReadLogAsync(Guid agentId, long after, int limitBytes, CancellationToken cancellationToken = default)
    {
        if (_launches.Read(agentId) is not { } prepared)
            return new([], after);
        var since = after == 0 ? (DateTimeOffset?)null : DateTimeOffset.UnixEpoch.AddTicks(after * TimeSpan.TicksPerMicrosecond);
        var lines = PodLog.Page(
            await _watch.ReadLogAsync(prepared.Cluster, agentId, since, null, limitBytes, cancellationToken).ConfigureAwait(false), after, limitBytes);
        return new([.. lines.Select(line => new LogLine(line.Text))], lines.Count == 0 ? after : lines[^1].Microseconds);
    }

    public async Task<IReadOnlyList<LogLine>> ReadLogTailAsync(Guid agentId, int lines, CancellationToken cancellationToken = default) => _launches.Read(agentId) is { } prepared
        ? [.. (await _watch.ReadLogAsync(prepared.Cluster, agentId, null, lines, TailBytes, cancellationToken).ConfigureAwait(false)).TakeLast(lines).Select(line => new LogLine(line.Text))]
        : [];

    /// <summary>Nothing: kubelets keep each container's output within bounds themselves.</summary>
    public int TrimLogs() => 0;

    /// <summary>The agent's page in Portainer; null before it was prepared.</summary>
    public Uri? PageOf(Guid agentId) => _launches.Read(agentId) is { } prepared
        ? new(_clusters.Address, $"#!/{prepared.Cluster}/kubernetes/applications/{KubernetesNames.Namespace(prepared.Launch.OrganizationId)}/{KubernetesNames.Agent(agentId)}")
        : null;

    public void Dispose() => _pullSecrets.Dispose();

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Information, "Agent {AgentId} revision {Revision}, attempt {Attempt}, was handed to environment {Environment}; refused: {Cause}.")]
        public static partial void Started(ILogger logger, Guid agentId, int revision, int attempt, int environment, string? cause);

        [LoggerMessage(2, LogLevel.Information, "Agent {AgentId}: asked {Pods} pods to stop (kill: {Kill}).")]
        public static partial void Signalled(ILogger logger, Guid agentId, bool kill, int pods);
    }
}
