using System.Security.Cryptography;
using MultiAgentInfra.Core.Images;

namespace MultiAgentInfra.Clients.Oci;

/// <summary>A blob that is being written, hashed on the way; disposed without <see cref="Commit"/> it leaves nothing.</summary>
internal sealed class BlobWriter(BlobFolder folder) : IAsyncDisposable
{
    private readonly FileStream _file = folder.CreateTemporary();
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private long _size;
    private bool _published;

    public async ValueTask WriteAsync(ReadOnlyMemory<byte> content, CancellationToken cancellationToken)
    {
        _hash.AppendData(content.Span);
        _size += content.Length;
        await _file.WriteAsync(content, cancellationToken);
    }

    public Descriptor Commit(string mediaType)
    {
        var digest = Digest.FromHash(_hash.GetHashAndReset());
        _file.Flush(flushToDisk: true);
        folder.Publish(_file.Name, digest);
        _published = true;
        return new(mediaType, digest, _size);
    }

    public async ValueTask DisposeAsync()
    {
        if (!_published)
            File.Delete(_file.Name);
        _hash.Dispose();
        await _file.DisposeAsync();
    }
}
