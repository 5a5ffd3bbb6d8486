using System.Buffers;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using Microsoft.Win32.SafeHandles;

namespace MultiAgentInfra.Clients.Oci;

/// <summary>Opens and reads the files of a layer some entries before they are needed; a folder of packages is made of thousands of small files.</summary>
internal static class FileReadAhead
{
    private const int Window = 64;
    private const int SmallFile = 256 * 1024;

    /// <summary>Yields every entry with its content, which the caller disposes; null for folders and links.</summary>
    public static async IAsyncEnumerable<(LayerEntry Entry, HashedContent? Content)> ReadAsync(
        List<LayerEntry> entries, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var ahead = new Queue<(LayerEntry Entry, Task<HashedContent?> Content)>(Window);
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

    /// <summary>The SHA-256 of a file's content as it is now, through a buffer that may have any size.</summary>
    public static byte[] Hash(string path, byte[] buffer)
    {
        using var file = OpenHandle(path);
        var count = RandomAccess.Read(file, buffer, fileOffset: 0);
        if (count < buffer.Length && RandomAccess.Read(file, buffer.AsSpan(count), count) == 0)
            return SHA256.HashData(buffer.AsSpan(0, count));
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        for (long offset = 0; (count = RandomAccess.Read(file, buffer, offset)) > 0; offset += count)
            hash.AppendData(buffer, 0, count);
        return hash.GetHashAndReset();
    }

    private static HashedContent? Open(LayerEntry entry)
    {
        if (entry.Content is { } content)
            return new(new MemoryStream(content, writable: false), SHA256.HashData(content));
        if (entry.IsFolder || entry.LinkTarget is not null)
            return null;
        var file = OpenHandle(entry.Source!.FullName);
        var length = RandomAccess.GetLength(file);
        if (length > SmallFile)
            return new(new FileStream(file, FileAccess.Read, bufferSize: 0), null);
        using (file)
            return ReadAll(file, (int)length);
    }

    private static HashedContent ReadAll(SafeFileHandle file, int length)
    {
        var content = ArrayPool<byte>.Shared.Rent(length);
        var read = 0;
        while (read < length)
        {
            var count = RandomAccess.Read(file, content.AsSpan(read, length - read), read);
            if (count == 0)
                throw new EndOfStreamException("A file shrank while it was packed.");
            read += count;
        }

        return new(new PooledStream(content, length), SHA256.HashData(content.AsSpan(0, length)));
    }

    // Shared, because .NET locks a file that is not, which is one call more for each of thousands of files.
    private static SafeFileHandle OpenHandle(string path) =>
        File.OpenHandle(path, share: FileShare.ReadWrite | FileShare.Delete);

    private sealed class PooledStream(byte[] content, int length) : MemoryStream(content, 0, length, writable: false, publiclyVisible: true)
    {
        private bool _isReturned;

        protected override void Dispose(bool disposing)
        {
            if (!_isReturned)
                ArrayPool<byte>.Shared.Return(GetBuffer());
            _isReturned = true;
            base.Dispose(disposing);
        }
    }
}
