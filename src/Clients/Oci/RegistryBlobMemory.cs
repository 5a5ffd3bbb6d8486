using System.Collections.Concurrent;
using MultiAgentInfra.Core.Images;

namespace MultiAgentInfra.Clients.Oci;

/// <summary>Which blobs a repository was seen to have, so that a thousand agents of one owner ask for one mount. Forgets all rather than grow.</summary>
internal sealed class RegistryBlobMemory
{
    private const int Most = 50_000;

    private readonly ConcurrentDictionary<string, ConcurrentDictionary<Digest, bool>> _repositories = new(StringComparer.Ordinal);
    private int _count;

    public bool Has(string repository, Digest digest) => _repositories.TryGetValue(repository, out var blobs) && blobs.ContainsKey(digest);

    public void Add(string repository, Digest digest)
    {
        if (!_repositories.GetOrAdd(repository, _ => new()).TryAdd(digest, true) || Interlocked.Increment(ref _count) < Most)
            return;
        _repositories.Clear();
        Interlocked.Exchange(ref _count, 0);
    }

    public void Forget(string repository) => _repositories.TryRemove(repository, out _);
}
