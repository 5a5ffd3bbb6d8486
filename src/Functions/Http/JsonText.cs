using System.Text.Json;
using MultiAgentInfra.Core;

namespace MultiAgentInfra.Functions.Http;

/// <summary>Reads JSON text token by token for what a parsed document no longer shows: positions, duplicates, text that is no Unicode.</summary>
internal static class JsonText
{
    /// <returns>One error for each property that its object has twice.</returns>
    /// <exception cref="ProblemException">The text is no JSON; the problem names line and position, both from 1.</exception>
    public static IReadOnlyList<FieldError> FindDuplicates(ReadOnlySpan<byte> text)
    {
        var duplicates = new List<FieldError>();
        var path = new Stack<Level>();
        var reader = new Utf8JsonReader(text);
        try
        {
            while (reader.Read())
            {
                if (reader.TokenType == JsonTokenType.PropertyName && !path.Peek().Enter(reader.GetString()!))
                    duplicates.Add(new(PathOf(path), "is given twice"));
                else
                    Follow(ref reader, path);
            }
        }
        catch (JsonException exception)
        {
            throw Malformed("Error", exception.LineNumber ?? 0, exception.BytePositionInLine ?? 0);
        }
        catch (InvalidOperationException)
        {
            var before = text[..(int)reader.TokenStartIndex];
            throw Malformed("Text that is no Unicode", before.Count((byte)'\n'), before.Length - 1 - before.LastIndexOf((byte)'\n'));
        }

        return duplicates;
    }

    private static void Follow(ref Utf8JsonReader reader, Stack<Level> path)
    {
        if (reader.TokenType is JsonTokenType.EndObject or JsonTokenType.EndArray)
        {
            path.Pop();
            return;
        }

        if (reader.TokenType == JsonTokenType.PropertyName)
            return;
        if (reader.TokenType == JsonTokenType.String)
            reader.GetString();
        if (path.TryPeek(out var level))
            level.NextItem();
        if (reader.TokenType is JsonTokenType.StartObject or JsonTokenType.StartArray)
            path.Push(new Level(reader.TokenType == JsonTokenType.StartArray));
    }

    private static string PathOf(Stack<Level> path) => string.Join('.', path.Reverse().Select(level => level.Current));

    private static ProblemException Malformed(string what, long line, long position) =>
        new(Problems.MalformedJson(string.Create(null, $"{what} at line {line + 1}, position {position + 1}.")));

    private sealed class Level(bool isArray)
    {
        private readonly HashSet<string> _names = new(StringComparer.Ordinal);
        private int _index = -1;
        private string _name = "";

        public string Current => isArray ? _index.ToString(System.Globalization.CultureInfo.InvariantCulture) : _name;

        public bool Enter(string name)
        {
            _name = name;
            return _names.Add(name);
        }

        public void NextItem() => _index++;
    }
}
