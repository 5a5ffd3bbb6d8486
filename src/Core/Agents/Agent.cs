using MultiAgentInfra.Core.Images;

namespace MultiAgentInfra.Core.Agents;

/// <summary>One agent as its owner sees it; the character and the secrets are apart.</summary>
public sealed record Agent
{
    public required Guid Id { get; init; }
    public required Guid OrganizationId { get; init; }
    public required string Name { get; init; }
    public required AgentStatus Status { get; init; }
    public required string Target { get; init; }

    /// <summary>The newest revision of the character, from 1: the one that its owner wants.</summary>
    public required int Revision { get; init; }

    /// <summary>The revision that runs; null while none does. During a deployment the one that ran before; another one than
    /// <see cref="Revision"/> after an update that failed.</summary>
    public int? RunningRevision { get; init; }

    /// <summary>Counts the deployments of the revision that was deployed last, from 1.</summary>
    public required int Attempt { get; init; }

    /// <summary>Grows with every change of the row: the ETag.</summary>
    public required long Version { get; init; }

    public required Guid OperationId { get; init; }
    public required IReadOnlyList<string> Warnings { get; init; }
    public required DateTimeOffset CreatedAt { get; init; }
    public required DateTimeOffset UpdatedAt { get; init; }

    /// <summary>The image that runs; null until one was built.</summary>
    public Digest? Image { get; init; }

    /// <summary>Where the agent answers; null until it was deployed.</summary>
    public Uri? Url { get; init; }

    public ScanVerdict? Scan { get; init; }
    public AgentHealth? Health { get; init; }
}

/// <summary>What the health poller saw last.</summary>
/// <param name="Failures">How many polls in a row failed.</param>
public sealed record AgentHealth(bool Healthy, DateTimeOffset CheckedAt, int Failures, string? Reason);

/// <summary>What an agent may use.</summary>
/// <param name="MemoryMiB">Memory in MiB, 256 to 16384.</param>
/// <param name="Cpu">Cores, 0.1 to 16.</param>
public sealed record AgentResources(int MemoryMiB = 1024, double Cpu = 1);
