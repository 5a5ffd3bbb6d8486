using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace MultiAgentInfra.Core.Characters;

/// <summary>Which knowledge files may travel with an agent, and whether they are those that its character names.</summary>
public static partial class KnowledgeRules
{
    public const int MostFiles = 100;
    public const int LongestNameBytes = 200;
    public const int LargestTotalBytes = 768 * 1024;
    private const string Folder = "knowledge/";

    /// <summary>Names become relative to the agent's knowledge folder: <c>knowledge/a.md</c> and <c>a.md</c> are one file.</summary>
    public static IReadOnlyList<KnowledgeFile> Normalize(IReadOnlyList<KnowledgeFile> files) =>
        [.. files.Select(file => file with { Name = WithoutFolder(file.Name) }).OrderBy(file => file.Name, StringComparer.Ordinal)];

    public static IReadOnlyList<FieldError> Check(IReadOnlyList<KnowledgeFile> files)
    {
        var errors = new List<FieldError>();
        if (files.Count > MostFiles)
            errors.Add(new("knowledge", $"has {files.Count} files; at most {MostFiles} are allowed"));
        var total = files.Sum(file => (long)Encoding.UTF8.GetByteCount(file.Content));
        if (total > LargestTotalBytes)
            errors.Add(new("knowledge", $"holds {total} bytes; at most {LargestTotalBytes} are allowed"));
        var seen = new HashSet<string>(StringComparer.Ordinal);
        var folders = files.SelectMany(file => FoldersOf(WithoutFolder(file.Name))).ToHashSet(StringComparer.Ordinal);
        for (var index = 0; index < files.Count; index++)
        {
            var name = WithoutFolder(files[index].Name);
            var problem = NameProblem(name)
                ?? (folders.Contains(name) ? "is also the folder of another file" : null)
                ?? (seen.Add(name) ? null : "is given twice");
            if (problem is not null)
                errors.Add(new($"knowledge.{index}.name", problem));
            if (files[index].Content.Contains('\0', StringComparison.Ordinal))
                errors.Add(new($"knowledge.{index}.content", "must be text: it contains a NUL character"));
        }
        return errors;
    }

    /// <summary>One sentence for each path of the character that no file matches; the character's strings may also be the knowledge itself.</summary>
    public static IEnumerable<string> MissingFiles(JsonElement character, IReadOnlyList<KnowledgeFile> files)
    {
        if (!character.TryGetProperty("knowledge", out var items) || items.ValueKind != JsonValueKind.Array)
            yield break;
        var names = files.Select(file => WithoutFolder(file.Name)).ToHashSet(StringComparer.Ordinal);
        var index = -1;
        foreach (var item in items.EnumerateArray())
        {
            index++;
            var (path, isFolder) = PathOf(item);
            if (path is null)
                continue;
            var wanted = WithoutFolder(path.StartsWith("./", StringComparison.Ordinal) ? path[2..] : path);
            if (isFolder ? !HasFileIn(names, wanted) : !names.Contains(wanted))
                yield return $"character.knowledge.{index}: no knowledge file of the request matches {path}";
        }
    }

    private static (string? Path, bool IsFolder) PathOf(JsonElement item) =>
        item.ValueKind == JsonValueKind.String ? (PathPattern().IsMatch(item.GetString()!) ? item.GetString() : null, false)
        : TextOf(item, "path") is { } path ? (path, false)
        : (TextOf(item, "directory"), true);

    private static string? TextOf(JsonElement item, string property) =>
        item.ValueKind == JsonValueKind.Object && item.TryGetProperty(property, out var value) && value.ValueKind == JsonValueKind.String
            ? value.GetString()
            : null;

    private static bool HasFileIn(HashSet<string> names, string folder)
    {
        var prefix = folder.TrimEnd('/') + '/';
        // The whole knowledge folder, or all that the agent was given.
        if (prefix is "/" or "./" or Folder)
            return names.Count > 0;
        return names.Any(name => name.StartsWith(prefix, StringComparison.Ordinal));
    }

    private static string? NameProblem(string name) =>
        name.Length == 0 ? "must not be empty"
        : Encoding.UTF8.GetByteCount(name) > LongestNameBytes ? $"is longer than {LongestNameBytes} bytes"
        : name.Any(c => c == '\\' || char.IsControl(c)) ? "must use forward slashes and no control characters"
        : name.StartsWith('/') ? "must be a relative path"
        : name.Split('/').Any(segment => segment.Length == 0) ? "must not have an empty segment"
        : name.Split('/').Any(segment => segment.StartsWith('.')) ? "must not have a segment that begins with a dot"
        : null;

    private static IEnumerable<string> FoldersOf(string name)
    {
        for (var slash = name.IndexOf('/', StringComparison.Ordinal); slash > 0; slash = name.IndexOf('/', slash + 1))
            yield return name[..slash];
    }

    private static string WithoutFolder(string path) =>
        path.StartsWith(Folder, StringComparison.Ordinal) ? path[Folder.Length..] : path;

    // "Berth 4 is closed." is knowledge and not a path.
    [GeneratedRegex(@"^\S*(?:/\S*|\.[A-Za-z0-9]{1,5})\z")]
    private static partial Regex PathPattern();
}
