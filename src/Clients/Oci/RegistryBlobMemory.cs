using System.Collections.Concurrent;
using MultiAgentInfra.Core.Images;

namespace MultiAgentInfra.Clients.Oci;

/// <summary>Which blobs a repository was seen to have, so that a thousand agents of one owner ask for one mount. Forgets all rather than grow.</summary>
internal sealed class RegistryBlobMemory
{
    private const int Most = 50_000;

    private readonly ConcurrentDictionary<string, ConcurrentDictionary<Digest, bool>> _repositories = new(StringComparer.Ordinal);
    private readonly SemaphoreSlim[] _turns = [.. Enumerable.Range(0, 256).Select(_ => new SemaphoreSlim(1, 1))];
    private int _count;

    public bool Has(string repository, Digest digest) => _repositories.TryGetValue(repository, out var blobs) && blobs.ContainsKey(digest);

    public void Add(string repository, Digest digest)
    {
        if (!_repositories.GetOrAdd(repository, _ => new()).TryAdd(digest, true) || Interlocked.Increment(ref _count) < Most)
            return;
        _repositories.Clear();
        Interlocked.Exchange(ref _count, 0);
    }

    /// <summary>Brings a blob that the repository was not seen to have, by one caller at a time: a registry that keeps its links in files
    /// (distribution 2.8) loses sight of a blob while another upload of it writes the link again.</summary>
    public async Task BringAsync(string repository, Digest digest, Func<Task> bring, CancellationToken cancellationToken)
    {
        if (Has(repository, digest))
            return;
        var turn = _turns[(uint)HashCode.Combine(repository, digest) % _turns.Length];
        await turn.WaitAsync(cancellationToken);
        try
        {
            if (!Has(repository, digest))
                await bring();
        }
        finally
        {
            turn.Release();
        }
    }

    public void Forget(string repository) => _repositories.TryRemove(repository, out _);
}
