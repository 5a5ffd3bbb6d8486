namespace MultiAgentInfra.Clients.Oci;

/// <summary>A blob that is being written, hashed on the way; disposed without <see cref="CommitAsync"/> it leaves nothing.</summary>
public abstract class BlobUpload : IAsyncDisposable
{
    /// <summary>The content may be reused as soon as this returns.</summary>
    public abstract ValueTask WriteAsync(ReadOnlyMemory<byte> content, CancellationToken cancellationToken);

    /// <summary>The blob is in its repository, whole and safe, when this returns.</summary>
    public abstract Task<Descriptor> CommitAsync(string mediaType, CancellationToken cancellationToken);

    public abstract ValueTask DisposeAsync();
}
