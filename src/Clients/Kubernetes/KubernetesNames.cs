using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using MultiAgentInfra.Clients.Targets;

namespace MultiAgentInfra.Clients.Kubernetes;

/// <summary>Every name, label and annotation that this system writes into a cluster, in one place. Names are made of ids alone, so they are DNS
/// labels of at most 63 characters (https://kubernetes.io/docs/concepts/overview/working-with-objects/names/) and no text of an owner's is in one.</summary>
public static partial class KubernetesNames
{
    public const string ApplicationName = "eliza-agent";
    public const string ManagedBy = "multi-agent-infra";

    public const string NameLabel = "app.kubernetes.io/name";
    public const string InstanceLabel = "app.kubernetes.io/instance";
    public const string VersionLabel = "app.kubernetes.io/version";
    public const string ManagedByLabel = "app.kubernetes.io/managed-by";
    public const string AgentLabel = "multi-agent-infra/agent";
    public const string OwnerLabel = "multi-agent-infra/owner";
    public const string RevisionLabel = "multi-agent-infra/revision";
    public const string AttemptLabel = "multi-agent-infra/attempt";
    public const string OperationLabel = "multi-agent-infra/operation";

    /// <summary><c>external</c> on a pod whose agent keeps its data in a PostgreSQL.</summary>
    public const string DatabaseLabel = "multi-agent-infra/database";

    /// <summary>Changes with everything that an agent must be restarted for.</summary>
    public const string ConfigHashAnnotation = "multi-agent-infra/config-hash";

    /// <summary>The launch that an object was made for, as JSON; no secret is in it.</summary>
    public const string LaunchAnnotation = "multi-agent-infra/launch";

    /// <summary>What people call the agent.</summary>
    public const string TitleAnnotation = "multi-agent-infra/title";

    /// <summary>On a claim: which version of ElizaOS may have written to it, and what was kept of the data before, as JSON.</summary>
    public const string DataAnnotation = "multi-agent-infra/data";

    /// <summary>On a snapshot: the claim that puts its data back, as JSON.</summary>
    public const string ClaimAnnotation = "multi-agent-infra/claim";

    /// <summary>The one container of an agent's pod.</summary>
    public const string Container = "agent";

    /// <summary>Selects everything that this system made.</summary>
    public const string ManagedSelector = $"{ManagedByLabel}={ManagedBy}";

    private const int LongestLabel = 63;

    /// <summary>The namespace of one owner.</summary>
    public static string Namespace(Guid organizationId) => $"agents-{organizationId:N}";

    /// <summary>Every object of an agent, and Portainer's stack.</summary>
    public static string Agent(Guid agentId) => $"agent-{agentId:N}";

    /// <summary>The claim of a singleton's data, which its StatefulSet makes and leaves behind
    /// (https://kubernetes.io/docs/concepts/workloads/controllers/statefulset/#stable-storage).</summary>
    public static string Claim(Guid agentId) => $"{DataVolume}-{Agent(agentId)}-0";

    /// <summary>The snapshot of an agent's data that is taken before that launch of it.</summary>
    public static string Snapshot(Guid agentId, int revision, int attempt) => $"{Agent(agentId)}-{Number(revision)}-{Number(attempt)}";

    /// <summary>The certificate of an agent that is reached from outside.</summary>
    public static string Certificate(Guid agentId) => $"{Agent(agentId)}-tls";

    /// <summary>Selects the objects of one agent, its pods and its claim too.</summary>
    public static string Selector(Guid agentId) => $"{AgentLabel}={agentId:D}";

    /// <summary>The launch that an object was made for; null when it is none of ours.</summary>
    public static AgentLaunch? ReadLaunch(IReadOnlyDictionary<string, string>? annotations)
    {
        try
        {
            return annotations?.GetValueOrDefault(LaunchAnnotation) is { } json ? JsonSerializer.Deserialize<AgentLaunch>(json, JsonSerializerOptions.Web) : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    internal const string DataVolume = "data";

    /// <summary>A text as a label may hold it (https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#syntax-and-character-set).</summary>
    internal static string LabelValue(string text)
    {
        var value = NotInLabel().Replace(text, ".").Trim('.', '-', '_');
        return value.Length <= LongestLabel ? value : value[..LongestLabel].TrimEnd('.', '-', '_');
    }

    internal static string Number(int number) => number.ToString(CultureInfo.InvariantCulture);

    [GeneratedRegex("[^A-Za-z0-9._-]+")]
    private static partial Regex NotInLabel();
}
