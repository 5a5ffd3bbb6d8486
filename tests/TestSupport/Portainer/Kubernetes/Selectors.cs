using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace MultiAgentInfra.TestSupport.Portainer;

/// <summary>Label and field selectors, as a list takes them in its query.</summary>
internal static partial class Selectors
{
    private static readonly string[] FieldsOfAll = ["metadata.name", "metadata.namespace"];
    private static readonly string[] FieldsOfPods = ["status.phase", "spec.nodeName", "status.podIP", "spec.restartPolicy", "spec.serviceAccountName"];

    private static readonly string[] FieldsOfEvents =
    [
        "involvedObject.name", "involvedObject.kind", "involvedObject.namespace", "involvedObject.uid", "involvedObject.apiVersion", "reason", "type", "reportingComponent",
    ];

    /// <exception cref="KubeException">It cannot be read.</exception>
    public static Func<JsonObject, bool> Labels(string? selector)
    {
        var tests = Requirement().Split(selector ?? "").Where(part => part.Trim().Length > 0).Select(part => Label(part.Trim())).ToArray();
        return item => Array.TrueForAll(tests, test => test(item));
    }

    /// <exception cref="KubeException">The kind has no such field to select by.</exception>
    public static Func<JsonObject, bool> Fields(KubeResource resource, string? selector)
    {
        var tests = (selector ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries).Select(part => Field(resource, part)).ToArray();
        return item => Array.TrueForAll(tests, test => test(item));
    }

    /// <summary>The selector of a controller, in an object.</summary>
    public static string Write(JsonNode? selector) => string.Join(",", selector.Pairs("matchLabels").Select(pair => $"{pair.Key}={pair.Value}"));

    private static Func<JsonObject, bool> Label(string text)
    {
        if (SetTest().Match(text) is { Success: true } set)
        {
            var values = set.Groups[3].Value.Split(',', StringSplitOptions.TrimEntries).ToHashSet();
            var wanted = set.Groups[2].Value == "in";
            return item => item.Label(set.Groups[1].Value) is { } value ? values.Contains(value) == wanted : !wanted;
        }

        if (EqualTest().Match(text) is { Success: true } equal)
        {
            var wanted = equal.Groups[2].Value != "!=";
            return item => (item.Label(equal.Groups[1].Value) == equal.Groups[3].Value) == wanted;
        }

        if (ExistenceTest().Match(text) is { Success: true } existence)
            return item => (item.Label(existence.Groups[2].Value) is not null) == (existence.Groups[1].Length == 0);
        throw KubeException.BadRequest($"unable to parse requirement: found '{text}', expected: a label selector");
    }

    private static Func<JsonObject, bool> Field(KubeResource resource, string text)
    {
        if (EqualTest().Match(text) is not { Success: true } equal)
            throw KubeException.BadRequest($"invalid selector: '{text}'; can't understand '{text}'");
        var (name, wanted, value) = (equal.Groups[1].Value, equal.Groups[2].Value != "!=", equal.Groups[3].Value);
        var known = FieldsOfAll.Concat(resource == KubeResource.Pods ? FieldsOfPods : resource == KubeResource.Events ? FieldsOfEvents : resource == KubeResource.Secrets ? ["type"] : []);
        if (!known.Contains(name))
            throw KubeException.BadRequest($"field label not supported: {name}");
        var path = name.Split('.');
        return item => ((item.Text(path) ?? "") == value) == wanted;
    }

    [GeneratedRegex(@",(?![^()]*\))")]
    private static partial Regex Requirement();

    [GeneratedRegex(@"\A([\w./-]+)\s+(in|notin)\s+\(([^()]*)\)\z")]
    private static partial Regex SetTest();

    [GeneratedRegex(@"\A([\w./-]+)\s*(==|=|!=)\s*([\w.-]*)\z")]
    private static partial Regex EqualTest();

    [GeneratedRegex(@"\A(!?)([\w./-]+)\z")]
    private static partial Regex ExistenceTest();
}
