using System.Net;
using System.Text.RegularExpressions;
using MultiAgentInfra.Core;
using MultiAgentInfra.Core.Agents;

namespace MultiAgentInfra.Functions;

/// <summary>The fields of a request that say how an agent wants to run.</summary>
internal static partial class DeploymentFields
{
    public const int MostReplicas = 100;
    private const int LongestCluster = 100;
    private const string NotHere = "is for targets that are clusters, and this installation has none";
    private const string Singleton = "can be more than one only for an agent that is replicable";

    /// <param name="hasClusters">Whether the target knows of such choices.</param>
    public static AgentDeployment Read(ObjectReader body, bool hasClusters)
    {
        var defaults = new AgentDeployment();
        var read = new AgentDeployment(
            body.OptionalText("cluster"),
            body.Flag("replicable"),
            (int)body.Number("replicas", 1, MostReplicas, defaults.Replicas, whole: true),
            body.Optional("maxReplicas") is null ? null : (int)body.Number("maxReplicas", 1, MostReplicas, 1, whole: true),
            body.OptionalText("host"));
        foreach (var (name, message) in hasClusters ? Problems(read) : Unknown(read))
            body.Reject(name, message);
        return read;
    }

    /// <summary>PGlite's data lies in one folder that no two processes may open.</summary>
    public static IEnumerable<FieldError> CheckDatabase(AgentDeployment deployment, IEnumerable<string> secrets) =>
        deployment.Replicable && !secrets.Contains("POSTGRES_URL") ? [new("replicable", "needs the secret POSTGRES_URL: replicas cannot share a database of their own")] : [];

    private static IEnumerable<(string Name, string Message)> Problems(AgentDeployment read)
    {
        if (read.Cluster is { } cluster && (cluster.Length is 0 or > LongestCluster || cluster.Any(char.IsControl)))
            yield return ("cluster", $"must have 1 to {LongestCluster} printable characters");
        if (read is { Replicable: false, Replicas: > 1 })
            yield return ("replicas", Singleton);
        if (read is { Replicable: false, MaxReplicas: > 1 })
            yield return ("maxReplicas", Singleton);
        if (read.MaxReplicas < read.Replicas)
            yield return ("maxReplicas", "must not be less than replicas");
        if (read.Host is { } host && (host.Length > 253 || !DnsName().IsMatch(host) || IPAddress.TryParse(host, out _)))
            yield return ("host", "must be a DNS name in lower case, such as agent.example.com");
    }

    private static IEnumerable<(string Name, string Message)> Unknown(AgentDeployment read)
    {
        if (read.Cluster is not null)
            yield return ("cluster", NotHere);
        if (read.Replicable)
            yield return ("replicable", NotHere);
        if (read.Replicas > 1)
            yield return ("replicas", NotHere);
        if (read.MaxReplicas > 1)
            yield return ("maxReplicas", NotHere);
        if (read.Host is not null)
            yield return ("host", NotHere);
    }

    [GeneratedRegex(@"^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)+\z", RegexOptions.NonBacktracking)]
    private static partial Regex DnsName();
}
