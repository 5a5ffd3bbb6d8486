using System.Globalization;
using System.Text.RegularExpressions;
using MultiAgentInfra.Clients.Kubernetes;

namespace MultiAgentInfra.Clients.Portainer;

/// <summary>What an installation settles for all of its agents on Kubernetes; each has a default.</summary>
public sealed partial class PortainerAgentsOptions
{
    public const string Section = "Portainer:Agents";

    /// <summary>Pods that one owner may have on a cluster, and claims of volumes. From 1.</summary>
    public int QuotaPods { get; set; } = new OwnerLimits().Pods;

    /// <summary>Cores that the limits of one owner's pods may add up to on a cluster. From 0.1.</summary>
    public double QuotaCpu { get; set; } = new OwnerLimits().Cpu;

    /// <summary>The same of memory, in MiB. From 256.</summary>
    public int QuotaMemoryMiB { get; set; } = new OwnerLimits().MemoryMiB;

    /// <summary>GiB that one owner's volumes may add up to on a cluster. At least one volume's.</summary>
    public int QuotaStorageGiB { get; set; } = new OwnerLimits().StorageGiB;

    /// <summary>The size of a new agent's volume in GiB, from 1; one that is there keeps its own.</summary>
    public int VolumeGiB { get; set; } = new AgentVolume().GiB;

    /// <summary>The storage class of new volumes, with a CSI driver; null for the cluster's default.</summary>
    public string? StorageClass { get; set; }

    /// <summary>The class of the ingress controller.</summary>
    public string IngressClass { get; set; } = new IngressSettings().ClassName;

    /// <summary>The namespace from where the ingress controller calls agents.</summary>
    public string IngressNamespace { get; set; } = new IngressSettings().ControllerNamespace;

    /// <summary>The ClusterIssuer of cert-manager that makes the certificates of agents with a host name.</summary>
    public string ClusterIssuer { get; set; } = new IngressSettings().ClusterIssuer;

    /// <summary>The PostgreSQL servers in private networks that agents with <c>POSTGRES_URL</c> may reach, as <c>RANGE:PORT</c>, such as
    /// <c>10.20.0.5/32:5432</c>; the port may be left out.</summary>
    public IReadOnlyList<string> Databases { get; set; } = [];

    /// <summary>The settings of options without <see cref="Problems"/>.</summary>
    public AgentSettings ToSettings() => new()
    {
        Limits = new(QuotaCpu, QuotaMemoryMiB, QuotaStorageGiB, QuotaPods),
        Databases = [.. Databases.Select(text => DatabaseAddress.Read(text, out _)).OfType<DatabaseAddress>()],
        Volume = new(VolumeGiB, StorageClass),
        Ingress = new(IngressClass, IngressNamespace, ClusterIssuer),
    };

    internal IEnumerable<string> Problems()
    {
        (string Name, double Value, double Least, double Most)[] numbers =
        [
            (nameof(QuotaPods), QuotaPods, 1, 100_000),
            (nameof(QuotaCpu), QuotaCpu, 0.1, 100_000),
            (nameof(QuotaMemoryMiB), QuotaMemoryMiB, 256, 1_000_000_000),
            (nameof(QuotaStorageGiB), QuotaStorageGiB, 1, 10_000_000),
            (nameof(VolumeGiB), VolumeGiB, 1, 65_536),
        ];
        foreach (var (name, _, least, most) in numbers.Where(number => !(number.Value >= number.Least && number.Value <= number.Most)))
            yield return string.Create(CultureInfo.InvariantCulture, $"{Section}:{name} must be from {least} to {most}.");
        if (QuotaStorageGiB >= 1 && VolumeGiB > QuotaStorageGiB)
            yield return $"{Section}:VolumeGiB is more than {Section}:QuotaStorageGiB, so that no agent would get its volume.";
        (string Name, string? Value)[] names =
            [(nameof(StorageClass), StorageClass), (nameof(IngressClass), IngressClass), (nameof(IngressNamespace), IngressNamespace), (nameof(ClusterIssuer), ClusterIssuer)];
        foreach (var (name, value) in names.Where(name => name.Value is { } value && (value.Length > 253 || !ObjectName().IsMatch(value))))
            yield return $"{Section}:{name} '{value}' is no name of an object of Kubernetes.";
        foreach (var text in Databases)
        {
            if (DatabaseAddress.Read(text, out var problem) is null)
                yield return $"{Section}:Databases '{text}' {problem}.";
        }
    }

    [GeneratedRegex(@"\A[a-z0-9]([a-z0-9.-]*[a-z0-9])?\z")]
    private static partial Regex ObjectName();
}
