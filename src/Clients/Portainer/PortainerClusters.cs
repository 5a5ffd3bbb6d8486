using System.Collections.Concurrent;
using MultiAgentInfra.Clients.Docker;
using MultiAgentInfra.Clients.Kubernetes;

namespace MultiAgentInfra.Clients.Portainer;

/// <summary>A Portainer with its stacks and its Kubernetes environments, each with the lists that all agents share.</summary>
public sealed class PortainerClusters(PortainerConnection connection, PortainerClient client, UnansweredStackStore unanswered, TimeProvider time)
{
    private readonly ConcurrentDictionary<int, KubernetesCluster> _clusters = new();
    private readonly ConcurrentDictionary<(int Environment, int? Registry), DockerContainers> _engines = new();

    /// <summary>Where Portainer's user interface is.</summary>
    public Uri Address => connection.Address;

    public PortainerClient Client => client;

    public PortainerStacks Stacks { get; } = new(client, unanswered, time);

    internal TimeProvider Time => time;

    /// <param name="environment">The number of a Docker environment; nothing is asked here.</param>
    /// <param name="registry">Portainer's number of the registry that it logs in to.</param>
    internal DockerContainers OpenEngine(int environment, int? registry) =>
        _engines.GetOrAdd((environment, registry), key => new(DockerConnection.To(connection, key.Environment, key.Registry), time));

    /// <param name="environment">Its number; nothing is asked here.</param>
    public KubernetesCluster Open(int environment) =>
        _clusters.GetOrAdd(environment, number => new(new(connection.Kubernetes(number), time), time));
}
