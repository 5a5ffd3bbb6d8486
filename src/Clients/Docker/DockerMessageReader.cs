using System.Buffers;
using System.IO.Pipelines;
using System.Runtime.CompilerServices;

namespace MultiAgentInfra.Clients.Docker;

/// <summary>Reads an engine's stream of one JSON object a line, as the lines come.</summary>
internal static class DockerMessageReader
{
    internal const int MostLineBytes = 1024 * 1024;
    internal const long MostBytes = 256 * 1024 * 1024;

    /// <exception cref="InvalidDataException">A line is too long or no JSON, or there is no end.</exception>
    public static async IAsyncEnumerable<DockerMessage> ReadAsync(Stream stream, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var reader = PipeReader.Create(stream, new(leaveOpen: true));
        var total = 0L;
        try
        {
            while (true)
            {
                var result = await reader.ReadAsync(cancellationToken);
                var buffer = result.Buffer;
                while (TryTakeLine(ref buffer, result.IsCompleted, out var line))
                {
                    total += line.Length;
                    if (total > MostBytes)
                        throw new InvalidDataException($"The engine's stream holds more than {MostBytes} bytes.");
                    if (Parse(line) is { } message)
                        yield return message;
                }

                if (buffer.Length > MostLineBytes)
                    throw new InvalidDataException($"The engine's stream holds a line of more than {MostLineBytes} bytes.");
                if (result.IsCompleted)
                    yield break;
                reader.AdvanceTo(buffer.Start, buffer.End);
            }
        }
        finally
        {
            await reader.CompleteAsync();
        }
    }

    private static bool TryTakeLine(ref ReadOnlySequence<byte> buffer, bool isLast, out ReadOnlySequence<byte> line)
    {
        if (buffer.PositionOf((byte)'\n') is { } end)
        {
            line = buffer.Slice(0, end);
            buffer = buffer.Slice(buffer.GetPosition(1, end));
            return true;
        }

        line = buffer;
        if (!isLast || buffer.IsEmpty)
            return false;
        buffer = buffer.Slice(buffer.End);
        return true;
    }

    private static DockerMessage? Parse(ReadOnlySequence<byte> line)
    {
        var text = (line.IsSingleSegment ? line.FirstSpan : line.ToArray()).Trim(" \t\r"u8);
        return text.IsEmpty ? null : DockerMessage.Parse(text);
    }
}
