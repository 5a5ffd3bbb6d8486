using System.Runtime.CompilerServices;
using Microsoft.Win32.SafeHandles;

namespace MultiAgentInfra.Clients.Oci;

/// <summary>Opens and reads the files of a layer some entries before they are needed; a folder of packages is made of thousands of small files.</summary>
internal static class FileReadAhead
{
    private const int Window = 64;
    private const int SmallFile = 256 * 1024;

    /// <summary>Yields every entry with its content, which the caller disposes; null for folders and links.</summary>
    public static async IAsyncEnumerable<(LayerEntry Entry, Stream? Content)> ReadAsync(
        List<LayerEntry> entries, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var ahead = new Queue<(LayerEntry Entry, Task<Stream?> Content)>(Window);
        try
        {
            foreach (var entry in entries)
            {
                cancellationToken.ThrowIfCancellationRequested();
                if (ahead.Count == Window)
                {
                    var next = ahead.Dequeue();
                    yield return (next.Entry, await next.Content);
                }

                ahead.Enqueue((entry, Task.Run(() => Open(entry), CancellationToken.None)));
            }

            while (ahead.TryDequeue(out var next))
                yield return (next.Entry, await next.Content);
        }
        finally
        {
            foreach (var (_, content) in ahead)
                (await content)?.Dispose();
        }
    }

    private static Stream? Open(LayerEntry entry)
    {
        if (entry.Content is { } content)
            return new MemoryStream(content, writable: false);
        if (entry.IsFolder || entry.LinkTarget is not null)
            return null;
        var file = File.OpenHandle(entry.Source!.FullName);
        var length = RandomAccess.GetLength(file);
        if (length > SmallFile)
            return new FileStream(file, FileAccess.Read, bufferSize: 0);
        using (file)
            return new MemoryStream(ReadAll(file, (int)length), writable: false);
    }

    private static byte[] ReadAll(SafeFileHandle file, int length)
    {
        var content = new byte[length];
        var read = 0;
        while (read < length)
        {
            var count = RandomAccess.Read(file, content.AsSpan(read), read);
            if (count == 0)
                throw new EndOfStreamException("A file shrank while it was packed.");
            read += count;
        }

        return content;
    }
}
