using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace MultiAgentInfra.TestSupport.Portainer;

/// <summary>What an API server accepts: types of the fields that carry text, names, labels, and what may not change.</summary>
internal static partial class Validation
{
    private const string LabelWords = "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character";
    private const string NameWords = "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character";

    private static readonly string[] ChangeableOfStatefulSets = ["replicas", "ordinals", "template", "updateStrategy", "revisionHistoryLimit", "persistentVolumeClaimRetentionPolicy", "minReadySeconds"];

    /// <exception cref="KubeException">400 for a value of a wrong type, 422 for what is not valid.</exception>
    public static void Check(KubeResource resource, JsonObject item)
    {
        CheckTypes(resource, item);
        var name = item.Name();
        if (name.Length is 0 or > 63 || !ObjectName().IsMatch(name) || (name.Contains('.', StringComparison.Ordinal) && resource.Plural is "namespaces" or "services"))
            throw KubeException.Invalid(resource, name, $"metadata.name: Invalid value: \"{name}\": {(name.Length > 63 ? "must be no more than 63 characters" : NameWords)}");
        foreach (var (owner, path) in new[] { (item, "metadata.labels"), (item.At("spec", "template"), "spec.template.labels") })
        {
            foreach (var (key, value) in owner.Pairs("metadata", "labels"))
            {
                if (value.Length > 63 || !LabelValue().IsMatch(value))
                    throw KubeException.Invalid(resource, name, $"{path}: Invalid value: \"{value}\": {(value.Length > 63 ? "must be no more than 63 characters" : LabelWords)}");
                if (!LabelKey().IsMatch(key))
                    throw KubeException.Invalid(resource, name, $"{path}: Invalid value: \"{key}\": name part must consist of alphanumeric characters, '-', '_' or '.'");
            }
        }

        if (item.At("spec", "template") is { } template && resource != KubeResource.Jobs)
            CheckSelector(resource, item, template);
        CheckQuantities(resource, item);
    }

    public static void CheckChange(KubeResource resource, JsonObject before, JsonObject after)
    {
        if (resource == KubeResource.StatefulSets && Changes(before["spec"], after["spec"]).Except(ChangeableOfStatefulSets).Any())
        {
            throw KubeException.Invalid(resource, after.Name(), "spec: Forbidden: updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template', "
                + "'updateStrategy', 'revisionHistoryLimit', 'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are forbidden");
        }

        if (resource == KubeResource.Deployments && Changes(before["spec"], after["spec"]).Contains("selector"))
            throw KubeException.Invalid(resource, after.Name(), $"spec.selector: Invalid value: {after.At("spec", "selector")?.ToJsonString()}: field is immutable");
        if (resource == KubeResource.Jobs && Changes(before["spec"], after["spec"]).Contains("template"))
            throw KubeException.Invalid(resource, after.Name(), "spec.template: Invalid value: field is immutable");
        if (resource == KubeResource.Claims && Changes(before["spec"], after["spec"]).Except(["resources", "volumeName"]).Any())
            throw KubeException.Invalid(resource, after.Name(), "spec: Forbidden: spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims");
        if (resource == KubeResource.Secrets && before.Text("type") != after.Text("type"))
            throw KubeException.Invalid(resource, after.Name(), $"type: Invalid value: \"{after.Text("type")}\": field is immutable");
        if (before.Flag("immutable") && !JsonNode.DeepEquals(before["data"], after["data"]))
            throw KubeException.Invalid(resource, after.Name(), "data: Forbidden: field is immutable when `immutable` is set");
    }

    private static void CheckTypes(KubeResource resource, JsonObject item)
    {
        MustBeTexts(resource, item.At("metadata", "labels"), "ObjectMeta.metadata.labels");
        MustBeTexts(resource, item.At("metadata", "annotations"), "ObjectMeta.metadata.annotations");
        MustBeTexts(resource, item.At("spec", "template", "metadata", "labels"), "ObjectMeta.spec.template.metadata.labels");
        MustBeTexts(resource, item.At("spec", "template", "metadata", "annotations"), "ObjectMeta.spec.template.metadata.annotations");
        if (resource == KubeResource.ConfigMaps || resource == KubeResource.Secrets)
            MustBeTexts(resource, item["data"], $"{resource.Kind}.data");
        var containers = item.Items("spec", "template", "spec", "containers").Concat(item.Items("spec", "containers"));
        foreach (var variable in containers.SelectMany(container => container.Items("env")))
            MustBeText(resource, variable["value"], "EnvVar.spec.template.spec.containers.env.value");
    }

    private static void MustBeTexts(KubeResource resource, JsonNode? values, string field)
    {
        foreach (var (_, value) in values as JsonObject ?? [])
            MustBeText(resource, value, field);
    }

    private static void MustBeText(KubeResource resource, JsonNode? value, string field)
    {
        if (value is null || value.GetValueKind() == System.Text.Json.JsonValueKind.String)
            return;
        var kind = value.GetValueKind() switch
        {
            System.Text.Json.JsonValueKind.True or System.Text.Json.JsonValueKind.False => "bool",
            System.Text.Json.JsonValueKind.Number => "number",
            System.Text.Json.JsonValueKind.Array => "array",
            _ => "object",
        };
        throw KubeException.BadRequest($"{resource.Kind} in version \"{resource.Version}\" cannot be handled as a {resource.Kind}: json: cannot unmarshal {kind} into Go struct field {field} of type string");
    }

    private static void CheckSelector(KubeResource resource, JsonObject item, JsonNode template)
    {
        var labels = template.Pairs("metadata", "labels").ToDictionary();
        if (item.Pairs("spec", "selector", "matchLabels").Any(pair => labels.GetValueOrDefault(pair.Key) != pair.Value) || item.At("spec", "selector") is null)
            throw KubeException.Invalid(resource, item.Name(), $"spec.template.metadata.labels: Invalid value: {template.At("metadata", "labels")?.ToJsonString()}: `selector` does not match template `labels`");
        if (!template.Items("spec", "containers").Any())
            throw KubeException.Invalid(resource, item.Name(), "spec.template.spec.containers: Required value");
    }

    private static void CheckQuantities(KubeResource resource, JsonObject item)
    {
        try
        {
            foreach (var (_, value) in item.Pairs("spec", "hard").Concat(item.Pairs("spec", "resources", "requests")))
                Quantity.Milli(value);
            foreach (var container in item.Items("spec", "template", "spec", "containers").Concat(item.Items("spec", "containers")))
                CheckResources(resource, item, container);
        }
        catch (FormatException exception)
        {
            throw KubeException.BadRequest($"{resource.Kind} in version \"{resource.Version}\" cannot be handled as a {resource.Kind}: {exception.Message}");
        }
    }

    private static void CheckResources(KubeResource resource, JsonObject item, JsonObject container)
    {
        foreach (var (name, request) in container.Pairs("resources", "requests"))
        {
            if (container.Text("resources", "limits", name) is { } limit && Quantity.Milli(request) > Quantity.Milli(limit))
                throw KubeException.Invalid(resource, item.Name(), $"spec.containers[0].resources.requests: Invalid value: \"{request}\": must be less than or equal to {name} limit of {limit}");
        }
    }

    private static IEnumerable<string> Changes(JsonNode? before, JsonNode? after) =>
        ((before as JsonObject) ?? []).Select(part => part.Key).Union(((after as JsonObject) ?? []).Select(part => part.Key))
        .Where(name => !JsonNode.DeepEquals(before.At(name), after.At(name)));

    [GeneratedRegex(@"\A[a-z0-9]([a-z0-9.-]*[a-z0-9])?\z")]
    private static partial Regex ObjectName();

    [GeneratedRegex(@"\A(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?\z")]
    private static partial Regex LabelValue();

    [GeneratedRegex(@"\A([a-z0-9]([a-z0-9.-]*[a-z0-9])?/)?[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?\z")]
    private static partial Regex LabelKey();
}
