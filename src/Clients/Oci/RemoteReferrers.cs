using MultiAgentInfra.Core.Images;

namespace MultiAgentInfra.Clients.Oci;

/// <summary>The manifests that refer to another one: from the registry where it keeps count, else in an index that a tag named after the
/// subject holds (https://github.com/opencontainers/distribution-spec/blob/v1.1.1/spec.md#referrers-tag-schema).</summary>
internal sealed class RemoteReferrers(RemoteManifests manifests, RemotePages pages, RegistryRoutes routes, RegistryRetry retry)
{
    // One writer at a time for each subject; two subjects that share a place only wait for each other.
    private readonly SemaphoreSlim[] _writers = [.. Enumerable.Range(0, 64).Select(_ => new SemaphoreSlim(1, 1))];

    // As the last answer to a manifest with a subject has told: a registry without lists need not be asked for one each time.
    private volatile bool _hasLists = true;

    public async Task<IReadOnlyList<Descriptor>> ListAsync(string repository, Digest subject, CancellationToken cancellationToken)
    {
        if (!_hasLists)
            return await ReadFallbackAsync(repository, subject, cancellationToken);
        List<Descriptor>? found = null;
        await foreach (var page in pages.ReadAsync(routes.Referrers(repository, subject), routes.Pull(repository), MediaTypes.Index, cancellationToken))
            (found ??= []).AddRange(OciJson.Parse<OciIndex>(page, $"The list of referrers of {subject}").Manifests);
        return found ?? await ReadFallbackAsync(repository, subject, cancellationToken);
    }

    public async Task<IReadOnlyList<Descriptor>> PutAsync(
        string repository, Digest subject, IReadOnlyList<OciManifest> referrers, CancellationToken cancellationToken)
    {
        if (referrers.FirstOrDefault(referrer => referrer.Subject?.Digest != subject) is { } stray)
            throw new ArgumentException($"A referrer of {subject} names {stray.Subject?.Digest.Value ?? "nothing"} as its subject.", nameof(referrers));
        var stored = await Task.WhenAll(referrers.Select(referrer =>
            manifests.PutAsync(repository, OciJson.Write(referrer), referrer.MediaType ?? MediaTypes.Manifest, null, cancellationToken)));
        var described = stored.Zip(referrers, (put, referrer) => put.Manifest with
        {
            // What the specification says a list has: https://github.com/opencontainers/distribution-spec/blob/v1.1.1/spec.md#listing-referrers.
            ArtifactType = referrer.ArtifactType ?? referrer.Config.MediaType,
            Annotations = referrer.Annotations,
        }).ToArray();
        var unlisted = described.Where((_, index) => !stored[index].IsListed).ToArray();
        _hasLists = unlisted.Length == 0;
        if (unlisted.Length > 0)
            await AddToFallbackAsync(repository, subject, unlisted, cancellationToken);
        return described;
    }

    /// <summary>Strikes a deleted manifest off the list of what it referred to, where that is kept by us.</summary>
    public Task RemoveAsync(string repository, Digest subject, Digest referrer, CancellationToken cancellationToken) =>
        UpdateFallbackAsync(repository, subject, list => [.. list.Where(entry => entry.Digest != referrer)], cancellationToken);

    private Task AddToFallbackAsync(string repository, Digest subject, IReadOnlyList<Descriptor> added, CancellationToken cancellationToken) =>
        UpdateFallbackAsync(repository, subject, list => [.. list, .. Missing(list, added).DistinctBy(descriptor => descriptor.Digest)], cancellationToken);

    private async Task UpdateFallbackAsync(
        string repository, Digest subject, Func<IReadOnlyList<Descriptor>, IReadOnlyList<Descriptor>> change, CancellationToken cancellationToken)
    {
        var writer = _writers[(uint)HashCode.Combine(repository, subject) % _writers.Length];
        await writer.WaitAsync(cancellationToken);
        try
        {
            await retry.RunAsync(() => UpdateFallbackOnceAsync(repository, subject, change, cancellationToken), cancellationToken);
        }
        finally
        {
            writer.Release();
        }
    }

    // A registry cannot be asked to replace a tag only if it is what was read: so it is read again, and the update repeated if another process undid it.
    private async Task<bool> UpdateFallbackOnceAsync(
        string repository, Digest subject, Func<IReadOnlyList<Descriptor>, IReadOnlyList<Descriptor>> change, CancellationToken cancellationToken)
    {
        var tag = RegistryRoutes.FallbackTag(subject);
        var found = await manifests.FindAsync(repository, tag, cancellationToken);
        var before = found?.ReadIndex().Manifests ?? [];
        var wanted = change(before);
        if (wanted.Count == before.Count)
            return true;
        if (wanted.Count == 0)
            await manifests.DeleteAsync(repository, found!.Descriptor.Digest, cancellationToken);
        else
            await manifests.PutAsync(repository, OciJson.Write(new OciIndex(2, MediaTypes.Index, wanted)), MediaTypes.Index, tag, cancellationToken);
        var after = await ReadFallbackAsync(repository, subject, cancellationToken);
        return Missing(after, wanted).Length == 0 && change(after).Count == after.Count
            ? true
            : throw new RegistryInterruption(RegistryConnection.Failure(
                HttpMethod.Put, routes.Manifest(repository, tag), null, "others change the list of referrers all the time"));
    }

    private async Task<IReadOnlyList<Descriptor>> ReadFallbackAsync(string repository, Digest subject, CancellationToken cancellationToken) =>
        await manifests.FindAsync(repository, RegistryRoutes.FallbackTag(subject), cancellationToken) is { } found ? found.ReadIndex().Manifests : [];

    private static Descriptor[] Missing(IReadOnlyList<Descriptor> list, IReadOnlyList<Descriptor> wanted) =>
        [.. wanted.Where(descriptor => list.All(entry => entry.Digest != descriptor.Digest))];
}
