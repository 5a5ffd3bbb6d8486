using System.Buffers.Binary;
using System.Globalization;
using System.Text;

namespace MultiAgentInfra.Clients.Docker;

/// <param name="Microseconds">Unix time at which it was written.</param>
internal sealed record DockerLogLine(long Microseconds, string Text);

/// <summary>Reads the log of a container without a terminal: frames of eight bytes, the last four of which are the length, and each with a
/// time before its line (https://docs.docker.com/reference/api/engine/, ContainerAttach, "Stream format").</summary>
internal static class DockerLogReader
{
    internal const int MostFrameBytes = 1024 * 1024;

    private const int HeaderBytes = 8;

    /// <summary>Lines up to the limit; those of one microsecond stay together, because it is the cursor.</summary>
    /// <exception cref="InvalidDataException">These are no such frames.</exception>
    public static async Task<IReadOnlyList<DockerLogLine>> ReadAsync(Stream stream, int limitBytes, CancellationToken cancellationToken)
    {
        var lines = new List<DockerLogLine>();
        var header = new byte[HeaderBytes];
        for (var left = limitBytes; await stream.ReadAtLeastAsync(header, HeaderBytes, throwOnEndOfStream: false, cancellationToken) == HeaderBytes;)
        {
            var length = BinaryPrimitives.ReadUInt32BigEndian(header.AsSpan(4));
            if (header[0] > 3 || length > MostFrameBytes)
                throw new InvalidDataException("The engine's log is not in frames, or one is too long.");
            var frame = new byte[length];
            if (await stream.ReadAtLeastAsync(frame, frame.Length, throwOnEndOfStream: false, cancellationToken) < frame.Length)
                break;
            var line = Parse(Encoding.UTF8.GetString(frame));
            left -= frame.Length;
            if (left < 0 && lines.Count > 0 && lines[^1].Microseconds != line.Microseconds)
                break;
            lines.Add(line);
        }

        return lines;
    }

    private static DockerLogLine Parse(string frame)
    {
        var end = frame.IndexOf(' ', StringComparison.Ordinal);
        if (end < 0 || !DateTimeOffset.TryParse(frame.AsSpan(0, end), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time))
            throw new InvalidDataException("A line of the engine's log has no time.");
        return new((time - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond, frame[(end + 1)..].TrimEnd('\n', '\r'));
    }
}
