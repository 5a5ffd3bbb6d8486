namespace MultiAgentInfra.Clients.Blobs;

/// <summary>The body of an answer; a server that falls silent ends it with a <see cref="TimeoutException"/>.</summary>
internal sealed class BlobContentStream(HttpResponseMessage response, Stream body, TimeProvider time) : ReadOnlyStream
{
    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(30);

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        using var silence = new CancellationTokenSource(Silence, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(silence.Token, cancellationToken);
        try
        {
            return await body.ReadAsync(buffer, either.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (silence.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new TimeoutException($"The blob's content stopped coming for {Silence.TotalSeconds:0} s.");
        }
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            body.Dispose();
            response.Dispose();
        }

        base.Dispose(disposing);
    }
}
