using System.Globalization;

namespace MultiAgentInfra.Clients.Kubernetes;

/// <param name="Microseconds">Unix time at which it was written.</param>
internal sealed record PodLogLine(long Microseconds, string Text);

/// <summary>Reads the log of a container as a kubelet gives it, each line with a time before it.</summary>
internal static class PodLog
{
    /// <summary>Whole lines; one that the limit has cut off is left out, unless it is the only one.</summary>
    /// <param name="complete">Whether the text is all of the log.</param>
    public static IReadOnlyList<PodLogLine> Read(string text, bool complete)
    {
        var lines = text.Split('\n');
        // Behind the last line feed there is nothing, or what the limit has left of a line.
        var whole = lines[^1].Length > 0 && (complete || lines.Length == 1) ? lines.Length : lines.Length - 1;
        var read = new List<PodLogLine>(whole);
        for (var i = 0; i < whole; i++)
            read.Add(Parse(lines[i], read is [.., var before] ? before.Microseconds : 0));
        return read;
    }

    private static PodLogLine Parse(string line, long before)
    {
        var end = line.IndexOf(' ', StringComparison.Ordinal);
        // A kubelet's own complaint comes without a time.
        return end > 0 && DateTimeOffset.TryParse(line.AsSpan(0, end), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time)
            ? new((time - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond, line[(end + 1)..].TrimEnd('\r'))
            : new(before, line.TrimEnd('\r'));
    }
}
