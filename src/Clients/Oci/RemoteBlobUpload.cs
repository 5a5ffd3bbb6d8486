using System.Security.Cryptography;
using MultiAgentInfra.Core.Images;

namespace MultiAgentInfra.Clients.Oci;

/// <summary>A blob on its way to a registry: a small one in one piece when all of it is known, a large one in chunks while it is still being written.</summary>
internal sealed class RemoteBlobUpload(RemoteUploadSession session, RemoteBlobSpool spool, RegistryRetry retry, Action<Digest> stored) : BlobUpload
{
    internal const int ChunkSize = 8 * 1024 * 1024;

    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly CancellationTokenSource _stop = new();
    private Task _push = Task.CompletedTask;
    private bool _isChunked;
    private bool _isStored;

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> content, CancellationToken cancellationToken)
    {
        _hash.AppendData(content.Span);
        await spool.AppendAsync(content, cancellationToken);
        if (!_push.IsCompleted)
            return;
        await _push;
        if (spool.Length - session.Offset >= session.ChunkLength)
        {
            _isChunked = true;
            _push = PushAsync(_stop.Token);
        }
    }

    public override async Task<Descriptor> CommitAsync(string mediaType, CancellationToken cancellationToken)
    {
        await _push.WaitAsync(cancellationToken);
        var digest = Digest.FromHash(_hash.GetHashAndReset());
        await RepeatAsync(
            async () =>
            {
                while (_isChunked && await session.AppendAsync(spool, isLast: true, cancellationToken))
                {
                }

                await session.FinishAsync(spool, digest, isWhole: !_isChunked, cancellationToken);
            },
            cancellationToken);
        _isStored = true;
        stored(digest);
        return new(mediaType, digest, spool.Length);
    }

    public override async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await Task.WhenAny(_push);
        if (!_isStored)
            await session.CancelAsync(CancellationToken.None);
        _stop.Dispose();
        _hash.Dispose();
        spool.Dispose();
    }

    private Task PushAsync(CancellationToken cancellationToken) => RepeatAsync(
        async () =>
        {
            while (await session.AppendAsync(spool, isLast: false, cancellationToken))
            {
            }
        },
        cancellationToken);

    // Attempts count anew when an upload has come further than ever before: the larger it is, the more may happen to it.
    private async Task RepeatAsync(Func<Task> step, CancellationToken cancellationToken)
    {
        var furthest = session.Offset;
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                await step();
                return;
            }
            catch (RegistryInterruption interruption)
            {
                if (session.Offset > furthest)
                    (furthest, attempt) = (session.Offset, 1);
                await retry.WaitAsync(interruption, attempt, cancellationToken);
            }
        }
    }
}
