using System.Collections.Concurrent;
using MultiAgentInfra.Clients.Oci;
using MultiAgentInfra.Core.Images;

namespace MultiAgentInfra.Clients.Attestations;

/// <summary>Puts into a repository what many of its images share, and remembers it for a while, so that an image costs no request for it.</summary>
internal sealed class SharedBlobs(IImageRegistry registry, TimeProvider time)
{
    // Far below the day that housekeeping leaves to a blob which no manifest names yet.
    private static readonly TimeSpan Memory = TimeSpan.FromMinutes(10);
    private const int MostRemembered = 10_000;

    private static readonly byte[] Nothing = "{}"u8.ToArray();
    private readonly ConcurrentDictionary<(string Repository, Digest Digest), long> _there = [];

    /// <summary>The document <c>{}</c>, which is the config of what is no image.</summary>
    public async Task<Descriptor> PutEmptyAsync(string repository, string mediaType, CancellationToken cancellationToken)
    {
        var blob = new Descriptor(mediaType, Digest.Of(Nothing), Nothing.Length);
        if (!IsThere(repository, blob))
        {
            await registry.PutBlobAsync(repository, Nothing, mediaType, cancellationToken);
            Remember(repository, blob);
        }

        return blob;
    }

    public async Task<Descriptor> MountAsync(string repository, Descriptor blob, string from, CancellationToken cancellationToken)
    {
        if (repository != from && !IsThere(repository, blob))
        {
            await registry.MountBlobAsync(repository, blob, from, cancellationToken);
            Remember(repository, blob);
        }

        return blob;
    }

    /// <summary>After a failure, which may come of something that has been removed meanwhile.</summary>
    public void Forget(string repository)
    {
        foreach (var key in _there.Keys.Where(key => key.Repository == repository))
            _there.TryRemove(key, out _);
    }

    private bool IsThere(string repository, Descriptor blob) =>
        _there.TryGetValue((repository, blob.Digest), out var since) && time.GetElapsedTime(since) < Memory;

    private void Remember(string repository, Descriptor blob)
    {
        if (_there.Count >= MostRemembered)
            _there.Clear();
        _there[(repository, blob.Digest)] = time.GetTimestamp();
    }
}
