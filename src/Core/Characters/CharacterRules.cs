using System.Text.Json;
using System.Text.RegularExpressions;

namespace MultiAgentInfra.Core.Characters;

/// <summary>Adds what is wrong with a value to the errors; an absent value comes as <see cref="JsonValueKind.Undefined"/>.</summary>
internal delegate void CharacterRule(JsonElement value, string path, List<FieldError> errors);

/// <summary>A declared property of an object.</summary>
internal sealed record CharacterField(string Name, CharacterRule Rule, bool IsOptional = false);

/// <summary>The few validators of zod 4 (https://zod.dev/api) that ElizaOS composes its character from, with zod's wording.</summary>
internal static partial class CharacterRules
{
    public static readonly CharacterRule String = Kind("string", JsonValueKind.String);
    public static readonly CharacterRule Boolean = Kind("boolean", JsonValueKind.True, JsonValueKind.False);
    public static readonly CharacterRule AnyObject = Kind("object", JsonValueKind.Object);
    public static readonly CharacterRule AnyArray = Kind("array", JsonValueKind.Array);
    public static readonly CharacterRule Uuid = Refined(value => UuidPattern().IsMatch(value), "Invalid UUID format");

    public static void Number(JsonElement value, string path, List<FieldError> errors)
    {
        // JSON.parse makes 1e999 an infinity, which zod does not take for a number.
        if (value.ValueKind != JsonValueKind.Number || !double.IsFinite(value.GetDouble()))
            errors.Add(WrongType("number", value, path));
    }

    public static CharacterRule NonEmptyString(string message)
    {
        var text = Refined(value => value.Length > 0, message);
        return (value, path, errors) =>
        {
            text(value, path, errors);
            // zod measures whatever has a length, after it has said that an array is no string.
            if (value.ValueKind == JsonValueKind.Array && value.GetArrayLength() == 0)
                errors.Add(new(path, message));
        };
    }

    public static CharacterRule OneOf(params string[] options)
    {
        var message = $"Invalid option: expected one of {string.Join('|', options.Select(option => $"\"{option}\""))}";
        return (value, path, errors) =>
        {
            if (value.ValueKind != JsonValueKind.String || !options.Contains(value.GetString()))
                errors.Add(new(path, message));
        };
    }

    public static CharacterRule AnyOf(params CharacterRule[] rules) => (value, path, errors) =>
    {
        foreach (var rule in rules)
        {
            var found = new List<FieldError>();
            rule(value, path, found);
            if (found.Count == 0)
                return;
        }
        errors.Add(new(path, "Invalid input"));
    };

    public static CharacterRule ArrayOf(CharacterRule item) => (value, path, errors) =>
    {
        AnyArray(value, path, errors);
        if (value.ValueKind != JsonValueKind.Array)
            return;
        var index = 0;
        foreach (var element in value.EnumerateArray())
            item(element, At(path, $"{index++}"), errors);
    };

    public static CharacterRule RecordOf(CharacterRule item) => (value, path, errors) =>
    {
        if (value.ValueKind != JsonValueKind.Object)
        {
            errors.Add(WrongType("record", value, path));
            return;
        }
        // zod passes over __proto__ in records, whatever its value is.
        foreach (var (name, element) in JsonProperties.Of(value).Where(property => property.Key != "__proto__"))
            item(element, At(path, name), errors);
    };

    /// <summary>Keys that are not declared are allowed: ElizaOS strips or keeps them.</summary>
    public static CharacterRule Object(params CharacterField[] fields) => (value, path, errors) =>
    {
        AnyObject(value, path, errors);
        if (value.ValueKind == JsonValueKind.Object)
            CheckFields(fields, value, path, errors);
    };

    public static CharacterRule StrictObject(params CharacterField[] fields)
    {
        var declared = Object(fields);
        var names = fields.Select(field => field.Name).ToHashSet(StringComparer.Ordinal);
        return (value, path, errors) =>
        {
            declared(value, path, errors);
            if (value.ValueKind != JsonValueKind.Object)
                return;
            var unknown = JsonProperties.Of(value).Select(property => property.Key).Where(name => !names.Contains(name)).Select(name => $"\"{name}\"").ToList();
            if (unknown.Count > 0)
                errors.Add(new(path, $"Unrecognized {(unknown.Count > 1 ? "keys" : "key")}: {string.Join(", ", unknown)}"));
        };
    }

    private static void CheckFields(CharacterField[] fields, JsonElement value, string path, List<FieldError> errors)
    {
        foreach (var field in fields)
        {
            if (value.TryGetProperty(field.Name, out var element) || !field.IsOptional)
                field.Rule(element, At(path, field.Name), errors);
        }
    }

    private static CharacterRule Refined(Func<string, bool> holds, string message) => (value, path, errors) =>
    {
        if (value.ValueKind != JsonValueKind.String)
            errors.Add(WrongType("string", value, path));
        else if (!holds(value.GetString()!))
            errors.Add(new(path, message));
    };

    private static CharacterRule Kind(string expected, params JsonValueKind[] kinds) => (value, path, errors) =>
    {
        if (!kinds.Contains(value.ValueKind))
            errors.Add(WrongType(expected, value, path));
    };

    private static FieldError WrongType(string expected, JsonElement value, string path) =>
        new(path, $"Invalid input: expected {expected}, received {TypeOf(value)}");

    private static string TypeOf(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Undefined => "undefined",
        JsonValueKind.Null => "null",
        JsonValueKind.Array => "array",
        JsonValueKind.Object => "object",
        JsonValueKind.String => "string",
        JsonValueKind.Number => NumberType(value.GetDouble()),
        _ => "boolean",
    };

    private static string NumberType(double number) =>
        double.IsFinite(number) ? "number" : number > 0 ? "Infinity" : "-Infinity";

    private static string At(string path, string step) => path.Length == 0 ? step : $"{path}.{step}";

    // \z and not $, which in .NET would let a trailing line feed pass.
    [GeneratedRegex(@"^[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}\z")]
    private static partial Regex UuidPattern();
}
