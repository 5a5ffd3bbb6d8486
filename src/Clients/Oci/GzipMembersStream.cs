using System.Buffers;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Threading.Channels;
using MultiAgentInfra.Core.Images;

namespace MultiAgentInfra.Clients.Oci;

/// <summary>Compresses what is written to it on all cores: pieces of one size, each a gzip member of its own, one after the other
/// (https://www.rfc-editor.org/rfc/rfc1952#section-2.2), so that the bytes do not depend on the number of cores.</summary>
internal sealed class GzipMembersStream : Stream
{
    private const int PieceSize = 1024 * 1024;

    // Measured with 440 MB of node_modules: 6 % larger than gzip's own level 6, in a third less time than level 6 takes here.
    internal static readonly ZLibCompressionOptions Options = new() { CompressionLevel = 3 };

    private readonly Channel<Task<Member>> _members = Channel.CreateBounded<Task<Member>>(2 * Environment.ProcessorCount);
    private readonly Task<Digest> _writer;
    private byte[] _piece = ArrayPool<byte>.Shared.Rent(PieceSize);
    private int _filled;

    public GzipMembersStream(BlobUpload blob, CancellationToken cancellationToken) =>
        _writer = Task.Run(() => WriteMembersAsync(blob, cancellationToken), cancellationToken);

    public override bool CanRead => false;
    public override bool CanSeek => false;
    public override bool CanWrite => true;
    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (buffer.Length > 0)
        {
            var count = Math.Min(buffer.Length, PieceSize - _filled);
            buffer.Span[..count].CopyTo(_piece.AsSpan(_filled));
            _filled += count;
            buffer = buffer[count..];
            if (_filled == PieceSize)
                await CompressPieceAsync(cancellationToken);
        }
    }

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    /// <summary>Compresses the rest, and returns the digest of all that was written to this stream.</summary>
    public async Task<Digest> CompleteAsync(CancellationToken cancellationToken)
    {
        if (_filled > 0)
            await CompressPieceAsync(cancellationToken);
        _members.Writer.Complete();
        return await _writer;
    }

    /// <summary>Waits for the tasks that still use the blob.</summary>
    public override async ValueTask DisposeAsync()
    {
        _members.Writer.TryComplete();
        await Task.WhenAny(_writer);
        ArrayPool<byte>.Shared.Return(_piece);
        await base.DisposeAsync();
    }

    public override void Flush()
    {
    }

    public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    private async Task CompressPieceAsync(CancellationToken cancellationToken)
    {
        var (piece, count) = (_piece, _filled);
        (_piece, _filled) = (ArrayPool<byte>.Shared.Rent(PieceSize), 0);
        try
        {
            await _members.Writer.WriteAsync(Task.Run(() => Compress(piece, count), CancellationToken.None), cancellationToken);
        }
        catch (ChannelClosedException)
        {
            await _writer;
            throw;
        }
    }

    private static Member Compress(byte[] piece, int count)
    {
        // What does not compress grows by an eighth at worst.
        var buffer = ArrayPool<byte>.Shared.Rent(PieceSize + (PieceSize / 4));
        var compressed = new MemoryStream(buffer, 0, buffer.Length, writable: true, publiclyVisible: true);
        compressed.SetLength(0);
        using (var gzip = new GZipStream(compressed, Options, leaveOpen: true))
            gzip.Write(piece, 0, count);
        return new(piece, count, compressed);
    }

    private async Task<Digest> WriteMembersAsync(BlobUpload blob, CancellationToken cancellationToken)
    {
        using var uncompressed = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        try
        {
            await foreach (var task in _members.Reader.ReadAllAsync(cancellationToken))
            {
                var member = await task;
                uncompressed.AppendData(member.Piece.AsSpan(0, member.Count));
                var content = member.Compressed.GetBuffer();
                await blob.WriteAsync(content.AsMemory(0, (int)member.Compressed.Length), cancellationToken);
                ArrayPool<byte>.Shared.Return(member.Piece);
                ArrayPool<byte>.Shared.Return(content);
            }
        }
        catch (Exception exception)
        {
            _members.Writer.TryComplete(exception);
            throw;
        }

        return Digest.FromHash(uncompressed.GetHashAndReset());
    }

    private sealed record Member(byte[] Piece, int Count, MemoryStream Compressed);
}
