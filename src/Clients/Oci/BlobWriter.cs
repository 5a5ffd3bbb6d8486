using System.Security.Cryptography;
using MultiAgentInfra.Core.Images;

namespace MultiAgentInfra.Clients.Oci;

/// <summary>A blob on its way into a layout's folder.</summary>
internal sealed class BlobWriter(BlobFolder folder) : BlobUpload
{
    private readonly FileStream _file = folder.CreateTemporary();
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private long _size;
    private bool _published;

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> content, CancellationToken cancellationToken)
    {
        _hash.AppendData(content.Span);
        _size += content.Length;
        await _file.WriteAsync(content, cancellationToken);
    }

    public override async Task<Descriptor> CommitAsync(string mediaType, CancellationToken cancellationToken)
    {
        var digest = Digest.FromHash(_hash.GetHashAndReset());
        await Task.Run(() => _file.Flush(flushToDisk: true), cancellationToken);
        // Closed before it gets its name: whoever reads it must not meet the writer's lock.
        await _file.DisposeAsync();
        folder.Publish(_file.Name, digest);
        _published = true;
        await _file.DisposeAsync();
        return new(mediaType, digest, _size);
    }

    public override async ValueTask DisposeAsync()
    {
        if (!_published)
            File.Delete(_file.Name);
        _hash.Dispose();
        await _file.DisposeAsync();
    }
}
