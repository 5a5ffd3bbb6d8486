using System.IO.Enumeration;

namespace MultiAgentInfra.Clients.Oci;

/// <summary>A file, folder or link that goes into a layer; <paramref name="Name"/> is its path there, with forward slashes.</summary>
/// <param name="Source">Null when the content is in memory.</param>
internal sealed record LayerEntry(string Name, FileSystemInfo? Source, byte[]? Content)
{
    private const UnixFileMode Execute = UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;

    /// <summary>Of an empty folder that a container writes to: the number of its user and its group.</summary>
    public int? Owner { get; init; }

    public bool IsFolder => Owner is not null || Source is DirectoryInfo { LinkTarget: null };

    /// <summary>Whether anybody may execute it, asked when it is needed first.</summary>
    public bool IsProgram => Source is { } source && (source.UnixFileMode & Execute) != 0;

    /// <summary>Where a symbolic link leads, or null.</summary>
    public string? LinkTarget { get; } = Source is { } source && source.Attributes.HasFlag(FileAttributes.ReparsePoint) ? source.LinkTarget : null;

    /// <summary>All that is in a folder, sorted by name in the layer. Links are listed and never followed.</summary>
    public static List<LayerEntry> List(string folder, string prefix, Func<string, bool> isExcluded)
    {
        var root = new DirectoryInfo(folder);
        var rootLength = root.FullName.TrimEnd('/').Length + 1;
        bool IsIncluded(ref FileSystemEntry entry) => !isExcluded(entry.ToFullPath()[rootLength..]);
        var entries = new FileSystemEnumerable<LayerEntry>(
            root.FullName,
            (ref entry) => new($"{prefix}/{entry.ToFullPath()[rootLength..]}", entry.ToFileSystemInfo(), null),
            new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = 0, IgnoreInaccessible = false })
        {
            ShouldIncludePredicate = IsIncluded,
            ShouldRecursePredicate = (ref entry) => IsIncluded(ref entry) && !entry.Attributes.HasFlag(FileAttributes.ReparsePoint),
        };
        var list = entries.Append(new(prefix, root, null)).ToList();
        list.Sort((a, b) => string.CompareOrdinal(a.Name, b.Name));
        return list;
    }
}
