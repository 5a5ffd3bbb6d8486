using System.Text;
using MultiAgentInfra.Clients.Targets;

namespace MultiAgentInfra.Clients.Local;

/// <summary>Reads an agent's output file by whole lines.</summary>
internal static class AgentLog
{
    private const int TailBytes = 64 * 1024;

    public static async Task<LogPage> ReadAsync(string path, long after, int limitBytes, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(after);
        ArgumentOutOfRangeException.ThrowIfLessThan(limitBytes, 4);
        var start = Math.Max(after, FirstData(path));
        var bytes = await ReadBytesAsync(path, start, limitBytes, cancellationToken).ConfigureAwait(false);
        if (start > after)
        {
            // What was freed ends within a line: the next one is the first that is whole.
            var skipped = Array.IndexOf(bytes, (byte)'\n') + 1;
            (start, bytes) = (start + skipped, bytes[skipped..]);
        }
        var end = Array.LastIndexOf(bytes, (byte)'\n') + 1;
        if (end == 0 && bytes.Length == limitBytes)
            end = CharacterBoundary(bytes);
        return new LogPage(Split(bytes.AsSpan(0, end)), start + end);
    }

    public static async Task<IReadOnlyList<LogLine>> ReadTailAsync(string path, int lines, CancellationToken cancellationToken)
    {
        var length = File.Exists(path) ? new FileInfo(path).Length : 0;
        var start = Math.Max(0, length - TailBytes);
        var bytes = await ReadBytesAsync(path, start, TailBytes, cancellationToken).ConfigureAwait(false);
        // The first line of a cut is rarely whole; the last one is the agent's last word, ended or not.
        var first = start == 0 ? 0 : Array.IndexOf(bytes, (byte)'\n') + 1;
        return [.. Split(bytes.AsSpan(first)).TakeLast(lines)];
    }

    /// <summary>Frees the older part of a log that is larger than the limit; cursors stay valid. False when nothing was freed.</summary>
    public static bool Trim(string path, long limitBytes)
    {
        if (!File.Exists(path))
            return false;
        using var file = File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete);
        var length = RandomAccess.GetLength(file);
        // Half of the limit, so that the next line does not trim again.
        return length - SparseFile.FirstData(file) > limitBytes && SparseFile.FreeBefore(file, length - (limitBytes / 2));
    }

    private static long FirstData(string path)
    {
        if (!File.Exists(path))
            return 0;
        using var file = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        return SparseFile.FirstData(file);
    }

    private static async Task<byte[]> ReadBytesAsync(string path, long start, int limit, CancellationToken cancellationToken)
    {
        if (!File.Exists(path))
            return [];
        var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        await using var _ = stream.ConfigureAwait(false);
        var bytes = new byte[Math.Clamp(stream.Length - start, 0, limit)];
        stream.Position = start;
        var read = await stream.ReadAtLeastAsync(bytes, bytes.Length, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false);
        return bytes[..read];
    }

    /// <summary>Where the last character that is whole ends: a line longer than a page is cut there.</summary>
    private static int CharacterBoundary(byte[] bytes)
    {
        var start = bytes.Length - 1;
        while (start > 0 && start > bytes.Length - 4 && (bytes[start] & 0xC0) == 0x80)
            start--;
        var length = bytes[start] switch { >= 0xF0 => 4, >= 0xE0 => 3, >= 0xC0 => 2, _ => 1 };
        return start > 0 && start + length > bytes.Length ? start : bytes.Length;
    }

    private static List<LogLine> Split(ReadOnlySpan<byte> bytes)
    {
        var lines = new List<LogLine>();
        while (!bytes.IsEmpty)
        {
            var end = bytes.IndexOf((byte)'\n');
            var line = end < 0 ? bytes : bytes[..end];
            lines.Add(new LogLine(Encoding.UTF8.GetString(line).TrimEnd('\r')));
            bytes = end < 0 ? [] : bytes[(end + 1)..];
        }
        return lines;
    }
}
