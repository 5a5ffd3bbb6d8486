using System.Diagnostics;

namespace MultiAgentInfra.Benchmarks;

/// <summary>What the disk itself can do: a page is appended and synced, as SQLite does with its write-ahead log.</summary>
internal static class DiskProbe
{
    private const int PageSize = 4096;

    private static readonly string[] Volatile = ["tmpfs", "ramfs"];

    /// <summary>Milliseconds for each write with its sync.</summary>
    public static List<double> Measure(string folder, int count)
    {
        var path = Path.Combine(folder, "probe");
        var page = new byte[PageSize];
        new Random(1).NextBytes(page);
        var times = new List<double>(count);
        using (var file = File.OpenHandle(path, FileMode.Create, FileAccess.Write))
        {
            for (var index = 0; index < count; index++)
            {
                var start = Stopwatch.GetTimestamp();
                RandomAccess.Write(file, page, (long)index * PageSize);
                RandomAccess.FlushToDisk(file);
                times.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
            }
        }

        File.Delete(path);
        return times;
    }

    public static string FileSystem(string folder) => new DriveInfo(folder).DriveFormat;

    /// <summary>Null for a file system that keeps what is synced.</summary>
    public static string? Refusal(string folder) => Volatile.Contains(FileSystem(folder), StringComparer.OrdinalIgnoreCase)
        ? $"{folder} is on {FileSystem(folder)}, which is memory: a sync there costs nothing. Give a folder on a disk with --data."
        : null;
}
