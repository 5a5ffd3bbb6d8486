namespace MultiAgentInfra.Clients.Portainer;

/// <summary>A cluster or engine that Portainer looks after, and calls an environment.</summary>
/// <param name="Type">1 Docker, 2 agent on Docker, 3 Azure, 4 edge agent on Docker, 5 Kubernetes, 6 agent on Kubernetes, 7 edge agent on Kubernetes.</param>
/// <param name="Status">1 up, 2 down, as Portainer saw it last.</param>
/// <param name="Snapshots">Of a Docker environment.</param>
/// <param name="Kubernetes">Of a Kubernetes environment.</param>
public sealed record PortainerEnvironment(
    int Id, string Name, int Type, int Status, IReadOnlyList<EnvironmentSnapshot>? Snapshots, KubernetesEnvironment? Kubernetes)
{
    public bool IsKubernetes => Type is 5 or 6 or 7;

    public bool IsDocker => Type is 1 or 2 or 4;

    public bool IsUp => Status == 1;

    /// <summary>What Portainer measured last, every few minutes; null when it has not yet.</summary>
    public EnvironmentSnapshot? Snapshot => (IsKubernetes ? Kubernetes?.Snapshots : Snapshots) is [.., var last] ? last : null;
}

/// <summary>The size of an environment, which is its capacity and not what is free.</summary>
/// <param name="Time">Seconds of Unix time.</param>
/// <param name="TotalCpu">Whole cores.</param>
/// <param name="TotalMemory">Bytes.</param>
/// <param name="KubernetesVersion">Null for Docker.</param>
public sealed record EnvironmentSnapshot(long Time, int NodeCount, int TotalCpu, long TotalMemory, string? KubernetesVersion, string? DockerVersion);

/// <summary>What Portainer knows of a Kubernetes environment.</summary>
public sealed record KubernetesEnvironment(IReadOnlyList<EnvironmentSnapshot>? Snapshots);
