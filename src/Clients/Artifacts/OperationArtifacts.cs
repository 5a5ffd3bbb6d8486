using MultiAgentInfra.Clients.Oci;
using MultiAgentInfra.Clients.Sqlite;
using MultiAgentInfra.Core.Images;

namespace MultiAgentInfra.Clients.Artifacts;

/// <summary>Build logs, scan reports and lists of components: kept in the artifact store and linked from their operation.</summary>
public sealed class OperationArtifacts(IArtifactStore store, OperationArtifactStore rows)
{
    /// <summary>Keeps the content under the name, which is unique in its operation. Safe to repeat; another content replaces the first.</summary>
    /// <param name="name">Letters, digits, dots and hyphens, such as <c>scan.json</c>.</param>
    /// <param name="content">Holds no secret: the caller has redacted it.</param>
    public async Task<OperationArtifact> PutAsync(
        Guid operationId, string name, string mediaType, ReadOnlyMemory<byte> content, CancellationToken cancellationToken)
    {
        var digest = Digest.Of(content.Span);
        // One location has one content for ever, so that whoever reads never sees two of them mixed.
        var location = $"{operationId}.{digest.Hex[..16]}.{name}";
        using var stream = new MemoryStream(content.ToArray(), writable: false);
        await store.PutAsync(location, mediaType, stream, cancellationToken).ConfigureAwait(false);
        var artifact = new OperationArtifact(operationId, name, mediaType, content.Length, digest, location);
        if (await rows.RecordAsync(artifact, cancellationToken).ConfigureAwait(false) is { } replaced && replaced != location)
            await store.DeleteAsync(replaced, cancellationToken).ConfigureAwait(false);
        return artifact;
    }

    /// <summary>The content, which throws <see cref="InvalidDataException"/> at its end when it is not what was put.</summary>
    /// <returns>Null when it is gone.</returns>
    public async Task<Stream?> OpenAsync(OperationArtifact artifact, CancellationToken cancellationToken) =>
        await store.OpenAsync(artifact.Location, cancellationToken).ConfigureAwait(false) is { } content
            ? new VerifiedStream(content, artifact.Digest, artifact.Size)
            : null;

    /// <summary>Removes what operations of deleted agents have left.</summary>
    public async Task RemoveOfDeletedAgentsAsync(CancellationToken cancellationToken)
    {
        foreach (var artifact in await rows.ListOfDeletedAgentsAsync(cancellationToken).ConfigureAwait(false))
        {
            await store.DeleteAsync(artifact.Location, cancellationToken).ConfigureAwait(false);
            await rows.ForgetAsync(artifact, cancellationToken).ConfigureAwait(false);
        }
    }
}
