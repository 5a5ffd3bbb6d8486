using System.Globalization;
using MultiAgentInfra.Clients.Kubernetes;
using MultiAgentInfra.Clients.Targets;
using MultiAgentInfra.Core.Clusters;

namespace MultiAgentInfra.Clients.Portainer;

/// <summary>The environments of a Portainer. However many ask, they are looked through once in a few seconds.</summary>
public sealed class PortainerDirectory : IClusterDirectory
{
    private static readonly TimeSpan Freshness = TimeSpan.FromSeconds(5);

    // An engine has no limit of its own; one with more is hard to look after.
    private const int MostContainers = 250;

    // Where one environment hangs, the others must not wait for it as long as Portainer would.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);

    private readonly PortainerClusters _clusters;
    private readonly SharedList<ClusterFacts> _sweep;
    private volatile Sweep? _last;

    public PortainerDirectory(PortainerClusters clusters)
    {
        _clusters = clusters;
        _sweep = new(SweepAsync, clusters.Time);
    }

    public async Task<IReadOnlyList<ClusterFacts>> ListAsync(CancellationToken cancellationToken) =>
        _last is { } last && _clusters.Time.GetUtcNow() - last.At < Freshness ? last.Clusters : await _sweep.GetAsync(since: null, cancellationToken);

    /// <returns>The number of an environment; null when the id is none.</returns>
    internal static int? NumberOf(string cluster) =>
        int.TryParse(cluster, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;

    private async Task<IReadOnlyList<ClusterFacts>> SweepAsync(CancellationToken cancellationToken)
    {
        // Those who came while another was under way are given its answer, not one each.
        if (_last is { } last && _clusters.Time.GetUtcNow() - last.At < Freshness)
            return last.Clusters;
        var environments = await _clusters.Client.ListEnvironmentsAsync(cancellationToken);
        var clusters = await Task.WhenAll(
            environments.Where(environment => environment.IsKubernetes || environment.IsDocker).Select(environment => LookAsync(environment, cancellationToken)));
        _last = new(_clusters.Time.GetUtcNow(), clusters);
        return clusters;
    }

    private Task<ClusterFacts> LookAsync(PortainerEnvironment environment, CancellationToken cancellationToken)
    {
        var cluster = new ClusterFacts(
            environment.Id.ToString(CultureInfo.InvariantCulture), environment.Name, environment.IsKubernetes ? "kubernetes" : ClusterFacts.Docker,
            environment.IsUp ? ClusterStatus.Up : ClusterStatus.Down, _clusters.Time.GetUtcNow());
        return !environment.IsKubernetes ? Task.FromResult(Engine(cluster, environment.Snapshot))
            : environment.IsUp ? AskAsync(environment.Id, cluster, cancellationToken)
            : Task.FromResult(cluster);
    }

    private static ClusterFacts Engine(ClusterFacts cluster, EnvironmentSnapshot? snapshot) => cluster with
    {
        // Nobody tells what its containers ask for, and it may be there to build.
        OnlyByName = true,
        Nodes = snapshot is null ? [] : [new(cluster.Name, true, new(snapshot.TotalCpu * 1000L, snapshot.TotalMemory, MostContainers), default, null, [])],
    };

    private async Task<ClusterFacts> AskAsync(int environment, ClusterFacts cluster, CancellationToken cancellationToken)
    {
        using var patience = new CancellationTokenSource(Patience, _clusters.Time);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellationToken);
        try
        {
            return await KubernetesCapacity.ReadAsync(_clusters.Open(environment).Client, cluster, stop.Token);
        }
        catch (Exception exception) when (exception is ApiException or InvalidDataException)
        {
            return cluster with { Status = ClusterStatus.Unknown, Problem = exception.Message };
        }
        catch (OperationCanceledException) when (patience.IsCancellationRequested)
        {
            return cluster with { Status = ClusterStatus.Unknown, Problem = $"no answer within {Patience.TotalSeconds:0} s" };
        }
    }

    private sealed record Sweep(DateTimeOffset At, IReadOnlyList<ClusterFacts> Clusters);
}
