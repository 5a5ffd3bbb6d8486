using System.Text.Json;
using MultiAgentInfra.Core;

namespace MultiAgentInfra.Functions.Http;

/// <summary>Reads JSON text token by token for what a parsed document no longer shows: positions, duplicates, text that is no Unicode.</summary>
internal static class JsonText
{
    // Names make up the paths of errors, one path for each error: without these limits a body of 1 MiB asks for gigabytes of them.
    private const int LongestName = 256;
    private const int MostDuplicates = 100;

    /// <returns>One error for each property that its object has twice.</returns>
    /// <exception cref="ProblemException">The text is no JSON, where the problem names line and position, both from 1; or it has a name that is
    /// too long, or too many duplicates.</exception>
    public static IReadOnlyList<FieldError> FindDuplicates(ReadOnlySpan<byte> text)
    {
        var duplicates = new List<FieldError>();
        var path = new Stack<Level>();
        var reader = new Utf8JsonReader(text);
        try
        {
            while (reader.Read())
            {
                if (reader.TokenType == JsonTokenType.PropertyName)
                    Enter(reader.GetString()!, path, duplicates);
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

    private static void Enter(string name, Stack<Level> path, List<FieldError> duplicates)
    {
        if (name.Length > LongestName)
        {
            path.Peek().Enter(name[..(LongestName / 8)] + "…");
            throw new ProblemException(Problems.Validation([.. duplicates, new(PathOf(path), $"has a name of more than {LongestName} characters")]));
        }

        if (path.Peek().Enter(name))
            return;
        duplicates.Add(new(PathOf(path), "is given twice"));
        if (duplicates.Count == MostDuplicates)
            throw new ProblemException(Problems.Validation(duplicates));
    }

    private static void Follow(ref Utf8JsonReader reader, Stack<Level> path)
    {
        if (reader.TokenType is JsonTokenType.EndObject or JsonTokenType.EndArray)
        {
            path.Pop();
            return;
        }

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
