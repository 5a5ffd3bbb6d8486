using MultiAgentInfra.Core.Images;

namespace MultiAgentInfra.Clients.Oci;

/// <summary>Finds what nobody needs in a layout's folder and removes what of it is older than a moment.</summary>
internal sealed class LayoutGarbage(OciIndexFile index, BlobFolder blobs, DateTimeOffset oldest)
{
    public async Task<long> CollectAsync(CancellationToken cancellationToken)
    {
        var kept = await FindKeptAsync(index.Read().Entries, cancellationToken);
        await index.UpdateAsync(current => current.Without(e => !IsRoot(e) && !kept.Contains(KeyOf(e))), cancellationToken);

        var used = new HashSet<Digest>();
        var unread = new Queue<Descriptor>(index.Read().Entries.Select(e => e.Descriptor));
        while (unread.TryDequeue(out var descriptor))
        {
            if (!used.Add(descriptor.Digest))
                continue;
            foreach (var part in await ReadPartsAsync(descriptor, cancellationToken))
                unread.Enqueue(part);
        }

        return blobs.DeleteExcept(used, oldest);
    }

    /// <summary>The roots, the manifests in their indexes, and what refers to any that is kept, such as a bill of materials and its signature.</summary>
    private async Task<HashSet<(string?, Digest)>> FindKeptAsync(IReadOnlyList<LayoutEntry> entries, CancellationToken cancellationToken)
    {
        var kept = new HashSet<(string?, Digest)>();
        var referrers = entries.Where(e => e.Subject is not null).ToLookup(e => (e.Repository, e.Subject!));
        var listed = entries.ToLookup(KeyOf);
        var found = new Queue<LayoutEntry>(entries.Where(IsRoot));
        while (found.TryDequeue(out var entry))
        {
            if (!kept.Add(KeyOf(entry)))
                continue;
            foreach (var referrer in referrers[KeyOf(entry)])
                found.Enqueue(referrer);
            if (!MediaTypes.IsIndex(entry.Descriptor.MediaType))
                continue;
            foreach (var child in (await ReadPartsAsync(entry.Descriptor, cancellationToken)).SelectMany(part => listed[(entry.Repository, part.Digest)]))
                found.Enqueue(child);
        }

        return kept;
    }

    private bool IsRoot(LayoutEntry entry) => !entry.IsUntagged || !blobs.IsOlderThan(entry.Digest, oldest);

    private static (string?, Digest) KeyOf(LayoutEntry entry) => (entry.Repository, entry.Digest);

    /// <summary>Of a manifest that is there; a damaged one stops the collection, because what it needs is unknown.</summary>
    private async Task<IReadOnlyList<Descriptor>> ReadPartsAsync(Descriptor descriptor, CancellationToken cancellationToken)
    {
        if (!MediaTypes.IsManifest(descriptor.MediaType) || !blobs.Has(descriptor.Digest))
            return [];
        var content = await blobs.ReadAsync(descriptor.Digest, OciLayout.MaxDocumentSize, cancellationToken);
        return new StoredManifest(descriptor, content).ReadParts();
    }
}
