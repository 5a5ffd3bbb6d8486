using System.Text.Json;

namespace MultiAgentInfra.Core.Characters;

/// <summary>Finds text that JSON can spell and nothing behind it can keep: PostgreSQL takes no NUL, and UTF-8 no unpaired surrogate.</summary>
public static class CharacterText
{
    public static IReadOnlyList<FieldError> Check(JsonElement character, string path)
    {
        var errors = new List<FieldError>();
        Visit(character, path, errors);
        return errors;
    }

    private static void Visit(JsonElement json, string path, List<FieldError> errors)
    {
        switch (json.ValueKind)
        {
            case JsonValueKind.Object:
                foreach (var property in json.EnumerateObject())
                    VisitProperty(property, path, errors);
                break;
            case JsonValueKind.Array:
                foreach (var (index, item) in json.EnumerateArray().Index())
                    Visit(item, $"{path}.{index}", errors);
                break;
            case JsonValueKind.String when Problem(() => json.GetString()!, out _) is { } problem:
                errors.Add(new(path, problem));
                break;
        }
    }

    private static void VisitProperty(JsonProperty property, string path, List<FieldError> errors)
    {
        if (Problem(() => property.Name, out var name) is { } problem)
            errors.Add(new(path, $"a property name {problem}"));
        else
            Visit(property.Value, $"{path}.{name}", errors);
    }

    private static string? Problem(Func<string> read, out string text)
    {
        try
        {
            text = read();
            return text.Contains('\0', StringComparison.Ordinal) ? "contains a NUL character" : null;
        }
        catch (InvalidOperationException)
        {
            text = "";
            return "contains half of a surrogate pair";
        }
    }
}
