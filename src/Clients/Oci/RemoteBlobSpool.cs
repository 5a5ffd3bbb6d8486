using System.Buffers;
using System.Net;
using Microsoft.Win32.SafeHandles;

namespace MultiAgentInfra.Clients.Oci;

/// <summary>Keeps what an upload was given until its registry has it: little in memory, more in a nameless file, because a registry
/// may lose an upload as a whole when a connection breaks.</summary>
internal sealed class RemoteBlobSpool(string folder) : IDisposable
{
    private const int FirstSize = 16 * 1024;
    private const int MostInMemory = 1024 * 1024;
    private const int PieceSize = 128 * 1024;

    private byte[] _memory = ArrayPool<byte>.Shared.Rent(FirstSize);
    private SafeFileHandle? _file;

    public long Length { get; private set; }

    public async ValueTask AppendAsync(ReadOnlyMemory<byte> content, CancellationToken cancellationToken)
    {
        if (_file is null && Length + content.Length <= MostInMemory)
        {
            Grow((int)Length + content.Length);
            content.CopyTo(_memory.AsMemory((int)Length));
        }
        else
        {
            if (_file is null)
            {
                _file = CreateNameless();
                await RandomAccess.WriteAsync(_file, _memory.AsMemory(0, (int)Length), 0, cancellationToken);
            }

            await RandomAccess.WriteAsync(_file, content, Length, cancellationToken);
        }

        Length += content.Length;
    }

    /// <summary>A part of the content as the body of a request.</summary>
    public HttpContent Read(long from, long count)
    {
        HttpContent content = _file is null ? new ReadOnlyMemoryContent(_memory.AsMemory((int)from, (int)count)) : new FilePart(_file, from, count);
        content.Headers.ContentType = new("application/octet-stream");
        return content;
    }

    public void Dispose()
    {
        _file?.Dispose();
        ArrayPool<byte>.Shared.Return(_memory);
    }

    private void Grow(int size)
    {
        if (size <= _memory.Length)
            return;
        var larger = ArrayPool<byte>.Shared.Rent(Math.Max(size, Math.Min(_memory.Length * 2, MostInMemory)));
        _memory.AsSpan(0, (int)Length).CopyTo(larger);
        ArrayPool<byte>.Shared.Return(_memory);
        _memory = larger;
    }

    // Its name goes at once, so that no crash leaves it behind.
    private SafeFileHandle CreateNameless()
    {
        Directory.CreateDirectory(folder);
        var path = Path.Combine(folder, $"upload-{Guid.NewGuid():N}");
        using (PrivateFiles.OpenWrite(path, FileMode.CreateNew, FileShare.None))
        {
        }

        var file = File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite, FileShare.Delete);
        File.Delete(path);
        return file;
    }

    private sealed class FilePart(SafeFileHandle file, long from, long count) : HttpContent
    {
        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
        {
            var piece = ArrayPool<byte>.Shared.Rent(PieceSize);
            try
            {
                for (var at = from; at < from + count;)
                {
                    var read = await RandomAccess.ReadAsync(file, piece.AsMemory(0, (int)Math.Min(PieceSize, from + count - at)), at, cancellationToken);
                    if (read == 0)
                        throw new EndOfStreamException();
                    await stream.WriteAsync(piece.AsMemory(0, read), cancellationToken);
                    at += read;
                }
            }
            finally
            {
                ArrayPool<byte>.Shared.Return(piece);
            }
        }

        protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => SerializeToStreamAsync(stream, context, CancellationToken.None);

        protected override bool TryComputeLength(out long length)
        {
            length = count;
            return true;
        }
    }
}
