using System.Globalization;
using System.Text.Json.Nodes;
using MultiAgentInfra.Clients.Kubernetes;

namespace MultiAgentInfra.Clients.Targets;

/// <summary>What would become of an object.</summary>
public enum ObjectChange
{
    Added,
    Changed,
    Removed,
}

/// <summary>What a launch would do to one object.</summary>
/// <param name="Paths">What differs of it, as JSON pointers (RFC 6901); empty unless it is changed.</param>
public sealed record PlannedChange(ManifestObject Object, ObjectChange Change, IReadOnlyList<string> Paths);

/// <summary>Compares what a launch would make with what is there.</summary>
public static class LaunchDifference
{
    /// <summary>What every deployment changes, and what therefore tells nothing; and volumes, which stay as they are while there are any.</summary>
    private static readonly HashSet<string> Bookkeeping =
    [
        KubernetesNames.RevisionLabel, KubernetesNames.AttemptLabel, KubernetesNames.OperationLabel, KubernetesNames.ConfigHashAnnotation, KubernetesNames.LaunchAnnotation,
        "volumeClaimTemplates",
    ];

    /// <param name="there">What the target has, which others may have added to.</param>
    /// <param name="last">The plan of what runs, from which is seen what this launch would take away; null when nothing does.</param>
    public static IReadOnlyList<PlannedChange> Of(LaunchPlan plan, IReadOnlyList<ManifestObject> there, LaunchPlan? last)
    {
        var (found, before) = (Index(there), Index(last?.Objects ?? []));
        var kept = Index(plan.Objects);
        return
        [
            .. plan.Objects.Select(wanted => Compare(wanted, found.GetValueOrDefault(KeyOf(wanted)), before.GetValueOrDefault(KeyOf(wanted)))).OfType<PlannedChange>(),
            .. there.Where(item => !kept.ContainsKey(KeyOf(item))).Select(item => new PlannedChange(item, ObjectChange.Removed, [])),
        ];
    }

    private static PlannedChange? Compare(ManifestObject wanted, ManifestObject? there, ManifestObject? last)
    {
        if (there is null)
            return new(wanted, ObjectChange.Added, []);
        var paths = Missing(wanted.Json, there.Json, "")
            .Concat(last is null ? [] : Missing(last.Json, wanted.Json, "", ofNames: true))
            .Distinct().Order(StringComparer.Ordinal).ToList();
        return paths.Count == 0 ? null : new(wanted, ObjectChange.Changed, paths);
    }

    /// <summary>The paths of what is in the first and not, or otherwise, in the second.</summary>
    /// <param name="ofNames">Whether another value counts as there.</param>
    private static IEnumerable<string> Missing(JsonNode? first, JsonNode? second, string path, bool ofNames = false) => (first, second) switch
    {
        (JsonObject some, JsonObject all) => some.Where(property => !Bookkeeping.Contains(property.Key)).SelectMany(property =>
            all.TryGetPropertyValue(property.Key, out var value) ? Missing(property.Value, value, Below(path, property.Key), ofNames) : [Below(path, property.Key)]),
        (JsonArray some, JsonArray all) when some.Count == all.Count => some.SelectMany((item, index) =>
            Missing(item, all[index], Below(path, index.ToString(CultureInfo.InvariantCulture)), ofNames)),
        _ => ofNames || JsonNode.DeepEquals(first, second) ? [] : [path],
    };

    private static string Below(string path, string name) =>
        $"{path}/{name.Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal)}";

    private static Dictionary<(string, string?, string), ManifestObject> Index(IEnumerable<ManifestObject> objects) => objects.ToDictionary(KeyOf);

    private static (string Kind, string? Namespace, string Name) KeyOf(ManifestObject item) => (item.Kind, item.Namespace, item.Name);
}
