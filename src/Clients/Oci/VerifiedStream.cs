using System.Security.Cryptography;
using MultiAgentInfra.Core.Images;

namespace MultiAgentInfra.Clients.Oci;

/// <summary>Hashes what is read, and throws at the end when it is not the expected content.</summary>
internal sealed class VerifiedStream(Stream inner, Digest expected, long size) : ReadOnlyStream
{
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private long _read;
    private bool _ended;

    public override long Length => size;

    public override long Position
    {
        get => _read;
        set => throw new NotSupportedException();
    }

    public override int Read(Span<byte> buffer) => buffer.Length == 0 ? 0 : Account(buffer[..inner.Read(buffer)]);

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (buffer.Length == 0)
            return 0;
        var count = await inner.ReadAsync(buffer, cancellationToken);
        return Account(buffer.Span[..count]);
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _hash.Dispose();
            inner.Dispose();
        }

        base.Dispose(disposing);
    }

    private int Account(ReadOnlySpan<byte> content)
    {
        if (_ended)
            return 0;
        _hash.AppendData(content);
        _read += content.Length;
        _ended = content.Length == 0;
        return _read > size || (_ended && (_read != size || Digest.FromHash(_hash.GetHashAndReset()) != expected))
            ? throw new InvalidDataException($"Blob {expected} is damaged.")
            : content.Length;
    }
}
