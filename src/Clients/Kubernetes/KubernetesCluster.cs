namespace MultiAgentInfra.Clients.Kubernetes;

/// <summary>One cluster, with the lists of it that all agents share: however many are looked at, each list is fetched once at a time, and shows
/// what was there after the caller asked for it, or after the moment that it names.</summary>
public sealed class KubernetesCluster
{
    // Events cannot be selected by label, and the others are chatter.
    private const string OnlyWarnings = "type=Warning";

    private readonly TimeProvider _time;
    private readonly SharedList<KubernetesPod> _pods;
    private readonly SharedList<KubernetesWorkload> _statefulSets;
    private readonly SharedList<KubernetesWorkload> _deployments;
    private readonly SharedList<KubernetesEvent> _warnings;

    public KubernetesCluster(KubernetesClient client, TimeProvider time)
    {
        (Client, _time) = (client, time);
        _pods = Share<KubernetesPod>(KubernetesKind.Pod);
        _statefulSets = Share<KubernetesWorkload>(KubernetesKind.StatefulSet);
        _deployments = Share<KubernetesWorkload>(KubernetesKind.Deployment);
        _warnings = new(token => client.ListAsync<KubernetesEvent>(KubernetesKind.Event, null, fields: OnlyWarnings, cancellationToken: token), time);
    }

    public KubernetesClient Client { get; }

    /// <summary>The pods of all agents.</summary>
    public Task<IReadOnlyList<KubernetesPod>> ListPodsAsync(DateTimeOffset? since, CancellationToken cancellationToken) => _pods.GetAsync(since, cancellationToken);

    /// <summary>The StatefulSets of all agents that are singletons.</summary>
    public Task<IReadOnlyList<KubernetesWorkload>> ListStatefulSetsAsync(DateTimeOffset? since, CancellationToken cancellationToken) => _statefulSets.GetAsync(since, cancellationToken);

    /// <summary>The Deployments of all agents that are replicable.</summary>
    public Task<IReadOnlyList<KubernetesWorkload>> ListDeploymentsAsync(DateTimeOffset? since, CancellationToken cancellationToken) => _deployments.GetAsync(since, cancellationToken);

    /// <summary>What went wrong in the last hour or so, in all namespaces.</summary>
    public Task<IReadOnlyList<KubernetesEvent>> ListWarningsAsync(DateTimeOffset? since, CancellationToken cancellationToken) => _warnings.GetAsync(since, cancellationToken);

    private SharedList<T> Share<T>(KubernetesKind kind) =>
        new(token => Client.ListAsync<T>(kind, null, KubernetesNames.ManagedSelector, cancellationToken: token), _time);
}
