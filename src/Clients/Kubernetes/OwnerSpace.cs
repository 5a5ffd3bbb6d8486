using System.Net;
using MultiAgentInfra.Core;

namespace MultiAgentInfra.Clients.Kubernetes;

/// <summary>What one owner's namespace allows; from it <see cref="OwnerManifest"/> is made.</summary>
public sealed record OwnerSpace(Guid OrganizationId)
{
    public OwnerLimits Limits { get; init; } = new();

    /// <summary>From where the API server reaches pods, as address ranges: it asks agents for their health. None where the kubelet's word is enough.</summary>
    public IReadOnlyList<string> ControlPlane { get; init; } = [];

    /// <summary>PostgreSQL servers in private ranges that agents with an external database may reach.</summary>
    public IReadOnlyList<DatabaseAddress> Databases { get; init; } = [];

    /// <exception cref="NonRetryableException">All that no manifest can be made of.</exception>
    public void Check()
    {
        var problems = ControlPlane.Concat(Databases.Select(database => database.Range))
            .Where(range => !IPNetwork.TryParse(range, out _)).Select(range => $"'{range}' is no address range such as 10.0.0.0/24")
            .Concat(Databases.Where(database => database.Port is < 1 or > 65535).Select(database => $"{database.Port} is no port"))
            .ToList();
        if (problems.Count > 0)
            throw new NonRetryableException($"The namespace of {OrganizationId} cannot be written down: {string.Join("; ", problems)}.");
    }
}

/// <summary>What all agents of one owner may use on one cluster together.</summary>
/// <param name="Cpu">Cores, as the sum of limits.</param>
/// <param name="MemoryMiB">MiB, as the sum of limits.</param>
/// <param name="StorageGiB">GiB in claims.</param>
/// <param name="Pods">Pods and claims, each.</param>
public sealed record OwnerLimits(double Cpu = 32, int MemoryMiB = 65536, int StorageGiB = 200, int Pods = 50);
