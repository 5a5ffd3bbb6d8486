using System.Buffers;
using System.Threading.Channels;

namespace MultiAgentInfra.Clients.Oci;

/// <summary>Reads a stream on another thread, some pieces ahead of its consumer, and gives up when there is more than expected.</summary>
internal sealed class DecompressAheadStream : ReadOnlyStream
{
    private const int PieceSize = 512 * 1024;

    private readonly Channel<(byte[] Piece, int Count)> _pieces = Channel.CreateBounded<(byte[] Piece, int Count)>(8);
    private readonly CancellationTokenSource _stop;
    private readonly Task _reader;
    private byte[]? _piece;
    private int _count;
    private int _offset;

    public DecompressAheadStream(Stream inner, long maxSize, CancellationToken cancellationToken)
    {
        _stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        _reader = Task.Run(() => FillAsync(inner, maxSize, _stop.Token), CancellationToken.None);
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (_offset == _count && !await NextPieceAsync(cancellationToken))
            return 0;
        var count = Math.Min(buffer.Length, _count - _offset);
        _piece.AsMemory(_offset, count).CopyTo(buffer);
        _offset += count;
        return count;
    }

    public override async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await Task.WhenAny(_reader);
        _stop.Dispose();
        await base.DisposeAsync();
    }

    private async ValueTask<bool> NextPieceAsync(CancellationToken cancellationToken)
    {
        if (_piece is not null)
            ArrayPool<byte>.Shared.Return(_piece);
        _piece = null;
        (_offset, _count) = (0, 0);
        if (await _pieces.Reader.WaitToReadAsync(cancellationToken) && _pieces.Reader.TryRead(out var next))
            (_piece, _count) = next;
        else
            await _reader;
        return _piece is not null;
    }

    private async Task FillAsync(Stream inner, long maxSize, CancellationToken cancellationToken)
    {
        try
        {
            var total = 0L;
            while (true)
            {
                var piece = ArrayPool<byte>.Shared.Rent(PieceSize);
                var count = await inner.ReadAtLeastAsync(piece.AsMemory(0, PieceSize), PieceSize, throwOnEndOfStream: false, cancellationToken);
                total += count;
                if (total > maxSize)
                    throw new InvalidDataException($"The layer has more than {maxSize} bytes.");
                if (count > 0)
                    await _pieces.Writer.WriteAsync((piece, count), cancellationToken);
                if (count < PieceSize)
                    break;
            }

            _pieces.Writer.Complete();
        }
        catch (Exception exception)
        {
            _pieces.Writer.TryComplete(exception);
            throw;
        }
    }
}
