using System.Text.Json.Serialization;

namespace MultiAgentInfra.Clients.Docker;

/// <summary>A container as an engine describes it (https://docs.docker.com/reference/api/engine/, ContainerInspect).</summary>
/// <param name="RestartCount">How often the engine has started it again.</param>
public sealed record DockerContainer(string Id, DockerContainerState State, DockerContainerConfig Config, int RestartCount = 0)
{
    /// <summary>How people and the docker command call it.</summary>
    [JsonIgnore]
    public string ShortId => Id[..Math.Min(12, Id.Length)];
}

/// <summary>What a container does.</summary>
/// <param name="Running">Also while it is paused.</param>
/// <param name="Status">One of created, running, paused, restarting, removing, exited, dead.</param>
/// <param name="ExitCode">Of its last end; 0 again as soon as the engine has started it again.</param>
/// <param name="Health">Of its health check; null where it has none.</param>
/// <param name="FinishedAt">When it ended last, by the engine's clock; the year 1 before its first end.</param>
public sealed record DockerContainerState(
    bool Running, string Status, int ExitCode, bool Restarting = false, [property: JsonPropertyName("OOMKilled")] bool OomKilled = false, DockerContainerHealth? Health = null, DateTimeOffset FinishedAt = default);

/// <summary>What a container's health check says.</summary>
/// <param name="Status">One of none, starting, healthy, unhealthy.</param>
/// <param name="Log">The last few checks, newest last.</param>
public sealed record DockerContainerHealth(string Status, IReadOnlyList<DockerContainerProbe>? Log)
{
    /// <summary>The last check, if it failed.</summary>
    [JsonIgnore]
    public DockerContainerProbe? FailedProbe => Log is [.., { ExitCode: not 0 } last] ? last : null;
}

/// <summary>One check of a container's health.</summary>
public sealed record DockerContainerProbe(int ExitCode, string Output)
{
    /// <summary>For people: what it wrote, and where it wrote nothing, how it ended.</summary>
    [JsonIgnore]
    public string Explanation => Output.Trim() is { Length: > 0 } words ? words : $"its check ends with exit code {ExitCode}";
}

/// <summary>How a container ended last.</summary>
/// <param name="ExitCode">Null where the engine has forgotten it.</param>
public sealed record DockerContainerEnd(int? ExitCode, bool OutOfMemory);

/// <summary>Without the environment, which holds secrets: it is not read.</summary>
public sealed record DockerContainerConfig(string Image, IReadOnlyDictionary<string, string>? Labels);
