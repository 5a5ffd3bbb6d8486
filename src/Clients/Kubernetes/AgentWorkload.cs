using System.Text.RegularExpressions;
using MultiAgentInfra.Clients.Targets;
using MultiAgentInfra.Core;

namespace MultiAgentInfra.Clients.Kubernetes;

/// <summary>Everything that an agent's manifests are made of, whether for Kubernetes or for Docker; no secret is in it.</summary>
/// <param name="Image"><c>HOST[:PORT]/REPOSITORY@sha256:…</c>, as nodes pull it.</param>
/// <param name="ElizaVersion">Of ElizaOS.</param>
/// <param name="Environment">Every variable that is no secret, the platform's own too; see <see cref="AgentVariables"/>.</param>
/// <param name="SecretsVersion">Changes with the agent's secrets and gives nothing of them away.</param>
public sealed partial record AgentWorkload(
    AgentLaunch Launch, Guid OrganizationId, string Image, string ElizaVersion, IReadOnlyDictionary<string, string> Environment, string SecretsVersion)
{
    /// <summary>What people call the agent.</summary>
    public string? Title { get; init; }

    /// <summary>Several may run at once: its data is in a PostgreSQL. Otherwise there is one, with a volume of its own.</summary>
    public bool Replicable { get; init; }

    /// <summary>1, or more when it is <see cref="Replicable"/>.</summary>
    public int Replicas { get; init; } = 1;

    /// <summary>How many there may be under load; null when their number stays.</summary>
    public int? MaxReplicas { get; init; }

    /// <summary>The secret <c>POSTGRES_URL</c> leads to its data.</summary>
    public bool ExternalDatabase { get; init; }

    /// <summary>The name under which it is reached from outside; null when nothing calls it.</summary>
    public string? Host { get; init; }

    /// <summary>Secrets of the namespace with accounts of registries.</summary>
    public IReadOnlyList<string> PullSecrets { get; init; } = [];

    /// <summary>A volume keeps its size and class while its StatefulSet exists: both cannot be changed.</summary>
    public AgentVolume Volume { get; init; } = new();

    public IngressSettings Ingress { get; init; } = new();

    /// <exception cref="NonRetryableException">All that no manifest can be made of.</exception>
    public void Check()
    {
        var problems = Problems().ToList();
        if (problems.Count > 0)
            throw new NonRetryableException($"Agent {Launch.AgentId} cannot be written down: {string.Join("; ", problems)}.");
    }

    private IEnumerable<string> Problems()
    {
        if (!PinnedImage().IsMatch(Image))
            yield return "its image is not given by digest";
        foreach (var name in Environment.Keys.Where(name => !VariableName().IsMatch(name)))
            yield return $"'{name}' is no name of an environment variable";
        if (Environment.Sum(variable => variable.Key.Length + System.Text.Encoding.UTF8.GetByteCount(variable.Value)) > AgentVariables.MostBytes)
            yield return "its environment is larger than 1 MiB";
        if (Host is not null && (Host.Length > 253 || !HostName().IsMatch(Host)))
            yield return $"'{Host}' is no host name";
        foreach (var secret in PullSecrets.Where(secret => secret.Length > 253 || !HostName().IsMatch(secret)))
            yield return $"'{secret}' is no name of a secret";
        if (!Replicable && (Replicas != 1 || MaxReplicas is not null))
            yield return "only a replicable agent has replicas";
        if (Replicable && !ExternalDatabase)
            yield return "a replicable agent needs POSTGRES_URL";
        if (Replicas < 1 || MaxReplicas < Replicas)
            yield return "the number of its replicas makes no sense";
    }

    [GeneratedRegex(@"\A[a-z0-9][a-zA-Z0-9._:/-]*@sha256:[0-9a-f]{64}\z")]
    private static partial Regex PinnedImage();

    [GeneratedRegex(@"\A[A-Za-z_][A-Za-z0-9_]*\z")]
    private static partial Regex VariableName();

    [GeneratedRegex(@"\A[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*\z")]
    private static partial Regex HostName();
}

/// <summary>A singleton's data.</summary>
/// <param name="GiB">Its size.</param>
/// <param name="StorageClass">One whose driver is CSI, because of ReadWriteOncePod; null for the cluster's default.</param>
public sealed record AgentVolume(int GiB = 2, string? StorageClass = null);

/// <summary>How a cluster is reached from outside.</summary>
/// <param name="ClassName">Of the ingress controller.</param>
/// <param name="ControllerNamespace">From where the controller calls agents.</param>
/// <param name="ClusterIssuer">Of cert-manager.</param>
public sealed record IngressSettings(string ClassName = "nginx", string ControllerNamespace = "ingress-nginx", string ClusterIssuer = "letsencrypt");
