using System.Globalization;
using System.Text.Json;

namespace MultiAgentInfra.Core.Characters;

/// <summary>An object's properties as JavaScript's JSON.parse leaves them, because that is what the agent will read.</summary>
internal static class JsonProperties
{
    /// <summary>Array indices come first and ascending, and of equal names the last value wins at the first one's place.</summary>
    public static IReadOnlyList<KeyValuePair<string, JsonElement>> Of(JsonElement json)
    {
        var values = new OrderedDictionary<string, JsonElement>(StringComparer.Ordinal);
        foreach (var property in json.EnumerateObject())
            values[property.Name] = property.Value;
        return [.. values.Where(pair => IsIndex(pair.Key, out _)).OrderBy(pair => IndexOf(pair.Key)), .. values.Where(pair => !IsIndex(pair.Key, out _))];
    }

    /// <summary>The text of a scalar: a string's value, else its JSON; null for anything that cannot be an environment variable.</summary>
    public static string? ScalarText(JsonElement json) => json.ValueKind switch
    {
        JsonValueKind.String => json.GetString(),
        JsonValueKind.True or JsonValueKind.False or JsonValueKind.Number => json.GetRawText(),
        _ => null,
    };

    private static uint IndexOf(string name) => IsIndex(name, out var index) ? index : uint.MaxValue;

    private static bool IsIndex(string name, out uint index) =>
        uint.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out index)
        && index != uint.MaxValue
        && index.ToString(CultureInfo.InvariantCulture) == name;
}
