using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace MultiAgentInfra.Functions.Tests;

/// <summary>The part of JSON Schema 2020-12 that the document uses; a keyword it does not know is an error, so that none is ignored.</summary>
internal static class JsonSchema
{
    private static readonly HashSet<string> Annotations = ["description", "default", "items", "propertyNames", "maxProperties"];

    public static JsonNode? Follow(JsonNode document, string reference) =>
        reference.Split('/').Skip(1).Aggregate((JsonNode?)document, (node, name) => node?[name]);

    /// <returns>What is wrong, by path.</returns>
    public static IReadOnlyList<string> Check(JsonNode document, JsonNode schema, JsonNode? value, string path = "$") =>
        [.. schema.AsObject().SelectMany(keyword => Check(document, schema, keyword.Key, keyword.Value!, value, path))];

    private static IEnumerable<string> Check(JsonNode document, JsonNode schema, string keyword, JsonNode rule, JsonNode? value, string path) => keyword switch
    {
        "$ref" => Check(document, Follow(document, (string)rule!)!, value, path),
        "anyOf" => rule.AsArray().Any(option => Check(document, option!, value, path).Count == 0) ? [] : [$"{path} fits no alternative"],
        "type" => Types(rule).Any(type => Is(type, value)) ? [] : [$"{path} is no {rule.ToJsonString()}"],
        "enum" => value is null || rule.AsArray().Any(item => JsonNode.DeepEquals(item, value)) ? [] : [$"{path} is not in {rule.ToJsonString()}"],
        "const" => JsonNode.DeepEquals(rule, value) ? [] : [$"{path} is not {rule.ToJsonString()}"],
        "required" => value is JsonObject json ? rule.AsArray().Where(name => !json.ContainsKey((string)name!)).Select(name => $"{path}.{name} is missing") : [],
        "properties" => Properties(document, schema, rule, value, path),
        "additionalProperties" => Others(document, schema, rule, value, path),
        "pattern" => value is null || Regex.IsMatch((string)value!, (string)rule!) ? [] : [$"{path} does not match {rule}"],
        "format" => value is null || Fits((string)rule!, (string)value!) ? [] : [$"{path} is no {rule}"],
        "minimum" => value is null || (double)value >= (double)rule ? [] : [$"{path} is below {rule}"],
        "maximum" => value is null || (double)value <= (double)rule ? [] : [$"{path} is above {rule}"],
        "minLength" => ((string)value!).Length >= (int)rule ? [] : [$"{path} is too short"],
        "maxLength" => ((string)value!).EnumerateRunes().Count() <= (int)rule ? [] : [$"{path} is too long"],
        "maxItems" => value!.AsArray().Count <= (int)rule ? [] : [$"{path} is too long"],
        "items" => value is JsonArray array ? array.SelectMany((item, index) => Check(document, rule, item, $"{path}[{index}]")) : [],
        _ => Annotations.Contains(keyword) ? [] : [$"{path}: the keyword {keyword} is not known here"],
    };

    private static IEnumerable<string> Types(JsonNode rule) => rule is JsonArray several ? several.Select(type => (string)type!) : [(string)rule!];

    private static bool Is(string type, JsonNode? value) => (type, value?.GetValueKind()) switch
    {
        ("null", null) => true,
        ("object", JsonValueKind.Object) or ("array", JsonValueKind.Array) or ("string", JsonValueKind.String) or ("number", JsonValueKind.Number) => true,
        ("boolean", JsonValueKind.True or JsonValueKind.False) => true,
        ("integer", JsonValueKind.Number) => (double)value! % 1 == 0,
        _ => false,
    };

    private static IEnumerable<string> Properties(JsonNode document, JsonNode schema, JsonNode rule, JsonNode? value, string path) => value is JsonObject json
        ? rule.AsObject().Where(property => json.ContainsKey(property.Key)).SelectMany(property => Check(document, property.Value!, json[property.Key], $"{path}.{property.Key}"))
        : [];

    private static IEnumerable<string> Others(JsonNode document, JsonNode schema, JsonNode rule, JsonNode? value, string path)
    {
        var known = schema["properties"]?.AsObject().Select(property => property.Key).ToHashSet() ?? [];
        var others = value is JsonObject json ? json.Where(property => !known.Contains(property.Key)) : [];
        return rule.GetValueKind() == JsonValueKind.False
            ? others.Select(property => $"{path}.{property.Key} is not described")
            : others.SelectMany(property => Check(document, rule, property.Value, $"{path}.{property.Key}"));
    }

    private static bool Fits(string format, string text) => format switch
    {
        "uuid" => Guid.TryParseExact(text, "D", out _),
        "date-time" => DateTimeOffset.TryParse(text, System.Globalization.CultureInfo.InvariantCulture, out _),
        "uri" => Uri.TryCreate(text, UriKind.Absolute, out _),
        _ => false,
    };
}
