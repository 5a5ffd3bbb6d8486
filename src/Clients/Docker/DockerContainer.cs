using System.Text.Json.Serialization;

namespace MultiAgentInfra.Clients.Docker;

/// <summary>A container as an engine describes it (https://docs.docker.com/reference/api/engine/, ContainerInspect).</summary>
public sealed record DockerContainer(string Id, DockerContainerState State, DockerContainerConfig Config)
{
    /// <summary>How people and the docker command call it.</summary>
    [JsonIgnore]
    public string ShortId => Id[..Math.Min(12, Id.Length)];
}

/// <summary>What a container does.</summary>
/// <param name="Running">Also while it is paused.</param>
/// <param name="Status">One of created, running, paused, restarting, removing, exited, dead.</param>
public sealed record DockerContainerState(bool Running, string Status, int ExitCode);

/// <summary>Without the environment, which holds secrets: it is not read.</summary>
public sealed record DockerContainerConfig(string Image, IReadOnlyDictionary<string, string>? Labels);
