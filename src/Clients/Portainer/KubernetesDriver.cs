using MultiAgentInfra.Clients.Eliza;
using MultiAgentInfra.Clients.Kubernetes;
using MultiAgentInfra.Clients.Targets;
using MultiAgentInfra.Core.Deployments;

namespace MultiAgentInfra.Clients.Portainer;

/// <summary>Kubernetes environments: a stack of Kubernetes for each agent, and all else past it through Portainer's proxy.</summary>
internal sealed class KubernetesDriver(PortainerClusters clusters, PullSecrets pullSecrets, PortainerTargetOptions options) : IAgentDriver
{
    private readonly KubernetesRollout _rollout = new(clusters, pullSecrets, options);
    private readonly KubernetesWatch _watch = new(clusters, options);

    public Task<string?> PrepareAsync(int environment, AgentLaunch launch, LaunchFiles files, CancellationToken cancellationToken) =>
        _rollout.PrepareAsync(environment, launch, cancellationToken);

    public Task<Diagnosis?> StartAsync(
        PreparedLaunch prepared, IReadOnlyDictionary<string, string> secrets, IReadOnlyDictionary<string, string> environment, CancellationToken cancellationToken) =>
        _rollout.StartAsync(prepared, secrets, environment, cancellationToken);

    public Task<AgentState> InspectAsync(PreparedLaunch prepared, DateTimeOffset? since, CancellationToken cancellationToken) =>
        _watch.InspectAsync(prepared, since, cancellationToken);

    public Task<ElizaHealth> GetHealthAsync(PreparedLaunch prepared, AgentState.Running running, CancellationToken cancellationToken) => running is RunningPod pod
        ? _watch.GetHealthAsync(prepared.Cluster, pod, cancellationToken)
        : Task.FromResult(new ElizaHealth(ElizaHealthState.Unreachable, "it runs in no pod."));

    public async Task<bool> StopAsync(PreparedLaunch prepared, bool kill, CancellationToken cancellationToken)
    {
        var sight = await _watch.LookAsync(prepared.Cluster, prepared.Launch.AgentId, since: null, cancellationToken);
        await _rollout.StopAsync(prepared.Cluster, sight, kill, cancellationToken);
        // What Portainer has accepted and not applied yet would come up later.
        if (sight.IsGone && sight.Sets.Count == 0 && prepared.Started)
            await RemoveStackAsync(prepared, cancellationToken);
        return sight.IsGone;
    }

    public Task RemoveStackAsync(PreparedLaunch prepared, CancellationToken cancellationToken) => _rollout.RemoveStackAsync(prepared, cancellationToken);

    public Task RemoveAsync(PreparedLaunch prepared, CancellationToken cancellationToken) => _rollout.RemoveAsync(prepared, cancellationToken);

    public Task<IReadOnlyList<PodLogLine>> ReadLogAsync(PreparedLaunch prepared, long after, int? tail, int limitBytes, CancellationToken cancellationToken) => _watch.ReadLogAsync(
        prepared.Cluster, prepared.Launch.AgentId, PodLog.TimeOf(after), tail, limitBytes, cancellationToken);

    public Task AwaitLogAsync(PreparedLaunch prepared, long after, CancellationToken cancellationToken) =>
        _watch.AwaitLogAsync(prepared.Cluster, prepared.Launch.AgentId, after, cancellationToken);

    public StackKey StackOf(PreparedLaunch prepared) => KubernetesRollout.Key(prepared);

    public string PageOf(PreparedLaunch prepared) => FormattableString.Invariant(
        $"#!/{prepared.Cluster}/kubernetes/applications/{KubernetesNames.Namespace(prepared.Launch.OrganizationId)}/{KubernetesNames.Agent(prepared.Launch.AgentId)}");
}
