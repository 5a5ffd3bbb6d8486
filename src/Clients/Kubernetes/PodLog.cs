using System.Globalization;

namespace MultiAgentInfra.Clients.Kubernetes;

/// <param name="Microseconds">Unix time at which it was written.</param>
internal sealed record PodLogLine(long Microseconds, string Text);

/// <summary>What a container has written, as a kubelet gives it, each line with a time before it.</summary>
/// <param name="IsWhole">Nothing follows that a limit has cut off.</param>
internal sealed record PodLog(IReadOnlyList<PodLogLine> Lines, bool IsWhole)
{
    /// <summary>Bytes to read beyond a limit, so that a line and the times before the lines are within it.</summary>
    public const int Spare = 64 * 1024;

    private static readonly long LastCursor = (DateTimeOffset.MaxValue - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond;

    /// <param name="cursor">Microseconds of Unix time; 0 for the beginning, which has none. Callers make them up at times.</param>
    public static DateTimeOffset? TimeOf(long cursor) => cursor == 0 ? null
        : DateTimeOffset.UnixEpoch.AddTicks(Math.Min(cursor, LastCursor) * TimeSpan.TicksPerMicrosecond);

    public static PodLog Read(string text, bool isWhole)
    {
        var lines = text.Split('\n');
        // Behind the last line feed there is nothing, or what the limit has left of a line.
        var whole = lines[^1].Length > 0 && (isWhole || lines.Length == 1) ? lines.Length : lines.Length - 1;
        var read = new List<PodLogLine>(whole);
        for (var i = 0; i < whole; i++)
            read.Add(Parse(lines[i], read is [.., var before] ? before.Microseconds : 0));
        return new(read, isWhole);
    }

    /// <summary>In the order of their times, up to where the first of them is cut off: what comes later is read next time.</summary>
    public static IReadOnlyList<PodLogLine> Merge(IReadOnlyCollection<PodLog> logs)
    {
        var end = logs.Where(log => log is { IsWhole: false, Lines.Count: > 0 }).Select(log => log.Lines[^1].Microseconds).DefaultIfEmpty(long.MaxValue).Min();
        return [.. logs.SelectMany(log => log.Lines).Where(line => line.Microseconds <= end).OrderBy(line => line.Microseconds)];
    }

    /// <summary>Lines after a time, up to a limit; those of one microsecond stay together, because it is the cursor.</summary>
    public static IReadOnlyList<PodLogLine> Page(IReadOnlyList<PodLogLine> lines, long after, int limitBytes)
    {
        var page = new List<PodLogLine>();
        var left = limitBytes;
        foreach (var line in lines.Where(line => line.Microseconds > after))
        {
            left -= line.Text.Length;
            if (left < 0 && page is [.., var before] && before.Microseconds != line.Microseconds)
                break;
            page.Add(line);
        }

        return page;
    }

    public static PodLogLine Parse(string line, long before)
    {
        var end = line.IndexOf(' ', StringComparison.Ordinal);
        // A kubelet's own complaint comes without a time.
        return end > 0 && DateTimeOffset.TryParse(line.AsSpan(0, end), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time)
            ? new((time - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond, line[(end + 1)..].TrimEnd('\r'))
            : new(before, line.TrimEnd('\r'));
    }
}
