using System.Text.Json.Nodes;
using MultiAgentInfra.Clients.Local;
using MultiAgentInfra.Clients.Sqlite;
using MultiAgentInfra.Clients.Targets;
using MultiAgentInfra.Core.Clusters;

namespace MultiAgentInfra.Functions.Http;

/// <summary>What a deployment would do. Of secrets it has the names.</summary>
/// <param name="AgentId">Of a new agent, one that it would not get: ids are given when agents are stored.</param>
/// <param name="Manifests">In the order in which they would be made.</param>
/// <param name="Yaml">The same without the Secret, which is in no stack file; null where the target takes no such text.</param>
public sealed record DryRunBody(
    Guid AgentId,
    int Revision,
    string Target,
    DryRunImageBody Image,
    DryRunPolicyBody Policy,
    DryRunPlacementBody? Placement,
    IReadOnlyList<JsonObject> Manifests,
    string? Yaml,
    IReadOnlyList<string> Secrets,
    IReadOnlyList<PlannedChangeBody> Difference,
    CostBody Cost,
    IReadOnlyList<string> Warnings)
{
    public static DryRunBody Of(
        NewAgent agent, LaunchPlan plan, PlacementDecision? placement, IReadOnlyList<PlannedChange> difference, RuntimeVerdictBody runtime, LayerVerdictBody layer) => new(
        agent.Id,
        plan.Launch.Revision,
        agent.Target,
        new(plan.Image, IsPlaceholder: true),
        new(runtime, layer),
        placement is null ? null : DryRunPlacementBody.Of(placement),
        [.. plan.Objects.Select(item => item.Json)],
        plan.Yaml,
        [.. agent.Secrets.Keys.Union(AgentEnvironment.SystemSecrets).Order(StringComparer.Ordinal)],
        [.. difference.Select(PlannedChangeBody.Of)],
        CostBody.Of(plan.Cost),
        agent.Warnings);
}

/// <summary>Where it would go; <paramref name="Cluster"/> is null when no cluster takes it, and the deployment would fail.</summary>
public sealed record DryRunPlacementBody(string? Cluster, string Reason, IReadOnlyList<ClusterVerdictBody> Clusters)
{
    public static DryRunPlacementBody Of(PlacementDecision decision) =>
        new(decision.Cluster, decision.Reason, [.. decision.Verdicts.Select(verdict => new ClusterVerdictBody(verdict.Cluster, verdict.Room, verdict.Reason))]);
}

/// <summary>For how many such agents a cluster has room.</summary>
public sealed record ClusterVerdictBody(string Cluster, long Room, string Reason);

/// <summary>The agent's image by its digest, which is all zeroes because the image has not been built.</summary>
public sealed record DryRunImageBody(string Reference, bool IsPlaceholder);

/// <summary>What the scan policy says of the runtime image, and what the search for secrets says of the agent's own layer.</summary>
public sealed record DryRunPolicyBody(RuntimeVerdictBody Runtime, LayerVerdictBody Layer);

/// <summary>The image that agents of the same plugins share.</summary>
/// <param name="Verdict"><c>Reused</c>, <c>Awaited</c>, <c>Built</c>, or <c>Refused</c>: then the deployment would fail.</param>
/// <param name="Scan">By the policy of this moment; null when it would be scanned first.</param>
public sealed record RuntimeVerdictBody(string Verdict, string? Image, ScanBody? Scan, string Reason);

/// <summary>The agent's own layer: <c>Passed</c>, or <c>Refused</c>: then the deployment would fail.</summary>
/// <param name="Version">Of the rules.</param>
public sealed record LayerVerdictBody(string Verdict, string Version, IReadOnlyList<SecretFindingBody> Findings);

/// <summary>That a secret is in a file, never what it is.</summary>
public sealed record SecretFindingBody(string Rule, string Path);

/// <summary>What would become of an object; <paramref name="Paths"/> are JSON pointers.</summary>
public sealed record PlannedChangeBody(string Kind, string? Namespace, string Name, string Change, IReadOnlyList<string> Paths)
{
    public static PlannedChangeBody Of(PlannedChange planned) =>
        new(planned.Object.Kind, planned.Object.Namespace, planned.Object.Name, planned.Change.ToString(), planned.Paths);
}

/// <summary>What it would take: <paramref name="Requests"/> and <paramref name="Limits"/> are those of one copy, null where the target has none.</summary>
public sealed record CostBody(int Pods, int MaxPods, PodAmount? Requests, PodAmount? Limits, int? StorageGiB)
{
    public static CostBody Of(LaunchCost cost) => new(cost.Pods, cost.MostPods, cost.Requests, cost.Limits, cost.StorageGiB);
}
