using System.Text.Json;

namespace MultiAgentInfra.Core;

/// <summary>Reads the fields of one JSON object and collects what is wrong with them, each under its dotted path.</summary>
public sealed class ObjectReader(JsonElement json, string path, List<FieldError> errors)
{
    private readonly HashSet<string> _known = new(StringComparer.Ordinal);

    private bool IsObject => json.ValueKind == JsonValueKind.Object;

    /// <summary>Reports a value that is no object, and every field that was not read.</summary>
    public void End()
    {
        if (!IsObject)
            errors.Add(new(path, "must be an object"));
        else
            errors.AddRange(json.EnumerateObject().Select(property => property.Name).Distinct().Where(name => !_known.Contains(name)).Select(name => new FieldError(At(name), "is not known")));
    }

    public JsonElement? Optional(string name)
    {
        _known.Add(name);
        return IsObject && json.TryGetProperty(name, out var value) ? value : null;
    }

    public JsonElement? Required(string name)
    {
        var value = Optional(name);
        if (value is null && IsObject)
            errors.Add(new(At(name), "is required"));
        return value;
    }

    /// <summary>True or false; false when it is missing or neither, which is reported.</summary>
    public bool RequiredFlag(string name)
    {
        var value = Required(name);
        if (value is { ValueKind: not (JsonValueKind.True or JsonValueKind.False) })
            errors.Add(new(At(name), "must be true or false"));
        return value is { ValueKind: JsonValueKind.True };
    }

    public string? RequiredText(string name) => Text(Required(name), name);

    public string? OptionalText(string name) => Text(Optional(name), name);

    /// <summary>True or false; false when it is missing, and when it is neither, which is reported.</summary>
    public bool Flag(string name) => Optional(name) is not null && RequiredFlag(name);

    /// <param name="nulls">Gets the names of fields that are null; null where that is an error.</param>
    public IReadOnlyDictionary<string, string> Texts(string name, ICollection<string>? nulls = null)
    {
        var texts = new Dictionary<string, string>(StringComparer.Ordinal);
        if (Optional(name) is not { } value)
            return texts;
        if (value.ValueKind != JsonValueKind.Object)
        {
            errors.Add(new(At(name), "must be an object of strings"));
            return texts;
        }

        foreach (var property in value.EnumerateObject())
        {
            if (nulls is not null && property.Value.ValueKind == JsonValueKind.Null)
                nulls.Add(property.Name);
            else if (Text(property.Value, $"{name}.{property.Name}") is { } text)
                texts[property.Name] = text;
        }

        return texts;
    }

    public IEnumerable<ObjectReader> Objects(string name)
    {
        if (Optional(name) is not { } value)
            return [];
        if (value.ValueKind == JsonValueKind.Array)
            return value.EnumerateArray().Select((item, index) => new ObjectReader(item, At($"{name}.{index}"), errors));

        errors.Add(new(At(name), "must be an array"));
        return [];
    }

    public double Number(string name, double lowest, double highest, double otherwise, bool whole = false)
    {
        if (Optional(name) is not { } value)
            return otherwise;
        if (value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out var number) && number >= lowest && number <= highest && !(whole && number != Math.Floor(number)))
            return number;

        errors.Add(new(At(name), FormattableString.Invariant($"must be a {(whole ? "whole " : "")}number from {lowest} to {highest}")));
        return otherwise;
    }

    public void Reject(string name, string message) => errors.Add(new(At(name), message));

    private string? Text(JsonElement? value, string name)
    {
        if (value is null || value.Value.ValueKind == JsonValueKind.String)
            return value?.GetString();

        errors.Add(new(At(name), "must be a string"));
        return null;
    }

    private string At(string name) => path.Length == 0 ? name : $"{path}.{name}";
}
