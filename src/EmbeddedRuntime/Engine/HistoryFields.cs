using System.Globalization;
using System.Text.Json;

namespace MultiAgentInfra.EmbeddedRuntime.Engine;

/// <summary>The fields of one object of a history file: each is taken once, and what is missing, unknown, double or of another type is refused with its place.</summary>
internal sealed class HistoryFields
{
    private static readonly JsonSerializerOptions FailureFormat = new(HistoryFile.FailureFormat)
    {
        UnmappedMemberHandling = System.Text.Json.Serialization.JsonUnmappedMemberHandling.Disallow,
        RespectNullableAnnotations = true,
    };

    private readonly Dictionary<string, JsonElement> _left = [];

    public HistoryFields(JsonElement element, string place)
    {
        Place = place;
        if (element.ValueKind != JsonValueKind.Object)
            throw new FormatException($"{place} is no object.");
        foreach (var property in element.EnumerateObject())
        {
            if (!_left.TryAdd(property.Name, property.Value))
                throw Error(property.Name, "is there twice");
        }
    }

    /// <summary>Names the object in errors.</summary>
    public string Place { get; set; }

    public FormatException Error(string field, string problem) => new($"{Place}: \"{field}\" {problem}.");

    public bool Has(string field) => _left.ContainsKey(field);

    public JsonElement Take(string field) => _left.Remove(field, out var value) ? value : throw Error(field, "is missing");

    public string Text(string field) => Take(field) is { ValueKind: JsonValueKind.String } value ? value.GetString()! : throw Error(field, "is no text");

    public int Number(string field) =>
        Take(field) is { ValueKind: JsonValueKind.Number } value && value.TryGetInt32(out var number) ? number : throw Error(field, "is no whole number");

    public DateTime Time(string field) =>
        DateTime.TryParseExact(Text(field), "O", CultureInfo.InvariantCulture, DateTimeStyles.RoundtripKind, out var time) && time.Kind == DateTimeKind.Utc
            ? time
            : throw Error(field, "is no time such as 2030-01-31T12:00:00.0000000Z");

    /// <summary>A name of the enumeration, never a number.</summary>
    public T Name<T>(string field)
        where T : struct, Enum
    {
        var name = Text(field);
        return Enum.GetNames<T>().Contains(name) ? Enum.Parse<T>(name) : throw Error(field, $"is '{name}', which is none of {string.Join(", ", Enum.GetNames<T>())}");
    }

    /// <summary>Serialised data exactly as it is written; what is no JSON stands as a text in a field of its own.</summary>
    public string? Data(string field) => Has(field) ? Take(field).GetRawText() : Has(field + HistoryFile.TextSuffix) ? Text(field + HistoryFile.TextSuffix) : null;

    public TaskFailureDetails Failure(string field)
    {
        try
        {
            var failure = Take(field).Deserialize<TaskFailureDetails>(FailureFormat);
            if (failure is { ErrorType: not null, ErrorMessage: not null })
                return failure;
        }
        catch (JsonException)
        {
            // Reported with its place below.
        }

        throw Error(field, "is no failure with errorType, errorMessage and at most innerFailure and properties");
    }

    public IReadOnlyDictionary<string, string> Texts(string field)
    {
        var inner = new HistoryFields(Take(field), $"{Place}: \"{field}\"");
        return inner._left.Keys.ToDictionary(key => key, inner.Text);
    }

    public HistoryFields Object(string field) => new(Take(field), $"{Place}: \"{field}\"");

    public void RequireNoMore()
    {
        if (_left.Keys.FirstOrDefault() is { } unknown)
            throw Error(unknown, "is no field of it");
    }
}
