using System.Net;
using MultiAgentInfra.Core.Images;

namespace MultiAgentInfra.Clients.Oci;

/// <summary>A blob as it comes; one that breaks off goes on where it was, with a few attempts between two bytes. Verifies nothing.</summary>
internal sealed class RemoteBlobStream(RegistryTransport transport, RegistryRequest request, TimeProvider time) : ReadOnlyStream
{
    private static readonly TimeSpan Timeout = TimeSpan.FromMinutes(1);

    private HttpResponseMessage? _response;
    private Stream? _body;
    private long _position;
    private int _attempt = 1;

    public override long Position
    {
        get => _position;
        set => throw new NotSupportedException();
    }

    /// <exception cref="FileNotFoundException">The repository has no such blob.</exception>
    public async Task OpenAsync(Digest digest, CancellationToken cancellationToken)
    {
        var opened = await transport.SendAsync(request with { Answers = [.. request.Answers, HttpStatusCode.NotFound] }, cancellationToken);
        if (opened.StatusCode == HttpStatusCode.NotFound)
        {
            opened.Dispose();
            throw new FileNotFoundException(ImageNames.Missing(digest));
        }

        (_response, _body) = (opened, await opened.Content.ReadAsStreamAsync(cancellationToken));
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (true)
        {
            try
            {
                if (_body is null)
                    await ContinueAsync(cancellationToken);
                var count = await ReadOnceAsync(_body!, buffer, cancellationToken);
                _position += count;
                if (count > 0)
                    _attempt = 1;
                return count;
            }
            catch (RegistryInterruption interruption)
            {
                Drop();
                await transport.Retry.WaitAsync(interruption, _attempt++, cancellationToken);
            }
        }
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            Drop();
        base.Dispose(disposing);
    }

    private async Task ContinueAsync(CancellationToken cancellationToken)
    {
        _response = await transport.SendOnceAsync(request with { From = _position, Answers = [HttpStatusCode.OK, HttpStatusCode.PartialContent] }, cancellationToken);
        var from = _response.StatusCode == HttpStatusCode.PartialContent ? _response.Content.Headers.ContentRange?.From : 0;
        if (from != _position)
            throw RegistryConnection.Failure(request.Method, request.Url, _response.StatusCode, $"the rest from byte {_position} on was asked for, and byte {from} came");
        _body = await _response.Content.ReadAsStreamAsync(cancellationToken);
    }

    private async Task<int> ReadOnceAsync(Stream body, Memory<byte> buffer, CancellationToken cancellationToken)
    {
        using var timer = new CancellationTokenSource(Timeout, time);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(timer.Token, cancellationToken);
        try
        {
            return await body.ReadAsync(buffer, stop.Token);
        }
        catch (Exception exception) when (exception is IOException || (exception is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            throw new RegistryInterruption(RegistryConnection.Failure(
                request.Method, request.Url, _response!.StatusCode, $"the body broke off after {_position} bytes: {exception.Message}", exception));
        }
    }

    private void Drop()
    {
        _response?.Dispose();
        (_response, _body) = (null, null);
    }
}
