using System.Collections.Concurrent;
using MultiAgentInfra.Clients.Kubernetes;

namespace MultiAgentInfra.Clients.Portainer;

/// <summary>The Kubernetes environments of a Portainer, each with its shared lists.</summary>
public sealed class PortainerClusters(PortainerConnection connection, TimeProvider time)
{
    private readonly ConcurrentDictionary<int, KubernetesCluster> _clusters = new();

    /// <param name="environment">Its number; nothing is asked here.</param>
    public KubernetesCluster Open(int environment) =>
        _clusters.GetOrAdd(environment, number => new(new(connection.Kubernetes(number), time)));
}
