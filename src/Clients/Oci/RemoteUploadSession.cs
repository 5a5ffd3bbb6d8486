using System.Globalization;
using System.Net;
using System.Text.RegularExpressions;
using MultiAgentInfra.Core.Images;

namespace MultiAgentInfra.Clients.Oci;

/// <summary>One upload as the registry knows it: where it goes on, and how much has arrived
/// (https://github.com/opencontainers/distribution-spec/blob/v1.1.1/spec.md#pushing-blobs). Each call asks once; after one that was
/// interrupted the next first asks the registry what it has, and begins anew when that is no use.</summary>
internal sealed partial class RemoteUploadSession(RegistryTransport transport, RegistryRoutes routes, string repository)
{
    private static readonly TimeSpan CancelTimeout = TimeSpan.FromSeconds(10);

    // What registries say of an upload that they no longer have, or have otherwise than we do.
    private static readonly HttpStatusCode[] Lost = [HttpStatusCode.BadRequest, HttpStatusCode.NotFound, HttpStatusCode.RequestedRangeNotSatisfiable];

    private readonly string[] _scopes = [routes.Push(repository)];
    private Uri? _location;
    private bool _isUncertain;

    /// <summary>How many bytes the registry has.</summary>
    public long Offset { get; private set; }

    /// <summary>How many bytes one part has, but for the last.</summary>
    public long ChunkLength { get; private set; } = RemoteBlobUpload.ChunkSize;

    /// <summary>Adds the next part; not when it would be too small, unless it is the last.</summary>
    /// <returns>Whether there was one.</returns>
    public async Task<bool> AppendAsync(RemoteBlobSpool spool, bool isLast, CancellationToken cancellationToken)
    {
        var location = await LocateAsync(spool.Length, cancellationToken);
        // What is to be sent is known only now: the registry may have less than before, or want larger parts.
        var end = Math.Min(Offset + ChunkLength, spool.Length);
        if (end == Offset || (!isLast && end - Offset < ChunkLength))
            return false;
        var (from, length) = (Offset, end - Offset);
        var request = new RegistryRequest(HttpMethod.Patch, location, _scopes)
        {
            Body = () =>
            {
                var content = spool.Read(from, length);
                content.Headers.TryAddWithoutValidation("Content-Range", string.Create(CultureInfo.InvariantCulture, $"{from}-{end - 1}"));
                return content;
            },
            Answers = [HttpStatusCode.Accepted, HttpStatusCode.NoContent, HttpStatusCode.Created],
        };
        using var response = await ContinueAsync(request, cancellationToken);
        Follow(response);
        if (ReadEnd(response) is { } has && has != end)
            throw new RegistryInterruption(RegistryConnection.Failure(request.Method, location, response.StatusCode, $"{end} bytes were sent and {has} arrived"));
        (Offset, _isUncertain) = (end, false);
        return true;
    }

    /// <summary>Ends the upload, after which the blob is there.</summary>
    /// <param name="isWhole">Sends all of the content with it, because none was sent before.</param>
    public async Task FinishAsync(RemoteBlobSpool spool, Digest digest, bool isWhole, CancellationToken cancellationToken)
    {
        // The answer that was lost may have been the good one.
        if (_isUncertain && await HasBlobAsync(digest, cancellationToken))
            return;
        if (isWhole && _isUncertain)
            await AbandonAsync(cancellationToken);
        var location = await LocateAsync(spool.Length, cancellationToken);
        if (!isWhole && Offset != spool.Length)
            throw new RegistryInterruption(RegistryConnection.Failure(HttpMethod.Put, location, null, "the registry lost what it had"));
        var request = new RegistryRequest(HttpMethod.Put, RegistryRoutes.Finish(location, digest), _scopes)
        {
            Body = () => spool.Read(Offset, spool.Length - Offset),
            Answers = [HttpStatusCode.Created, HttpStatusCode.NoContent],
        };
        using var response = await ContinueAsync(request, cancellationToken);
        _isUncertain = false;
    }

    /// <summary>Tells the registry that nothing more will come; whether it listens does not matter.</summary>
    public async Task CancelAsync(CancellationToken cancellationToken)
    {
        if (_location is not { } location)
            return;
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        stop.CancelAfter(CancelTimeout);
        try
        {
            using var response = await transport.SendOnceAsync(
                new(HttpMethod.Delete, location, _scopes) { Answers = [HttpStatusCode.NoContent, HttpStatusCode.Accepted, .. Lost] }, stop.Token);
        }
        catch (Exception exception) when (exception is RegistryInterruption or ApiException || (exception is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            // Registries purge what was abandoned.
        }
    }

    /// <summary>Takes over an upload that the registry began by itself.</summary>
    public void Adopt(HttpResponseMessage response) => Follow(response);

    private async Task<Uri> LocateAsync(long size, CancellationToken cancellationToken)
    {
        if (_location is not null && _isUncertain)
            await AskAsync(size, cancellationToken);
        if (_location is null)
        {
            var request = new RegistryRequest(HttpMethod.Post, routes.Uploads(repository), _scopes) { Body = () => new ByteArrayContent([]), Answers = [HttpStatusCode.Accepted] };
            using var response = await transport.SendOnceAsync(request, cancellationToken);
            Follow(response);
            if (response.Headers.TryGetValues("OCI-Chunk-Min-Length", out var values) && long.TryParse(values.First(), CultureInfo.InvariantCulture, out var least))
                ChunkLength = Math.Max(RemoteBlobUpload.ChunkSize, least);
        }

        return _location ?? throw RegistryConnection.Failure(HttpMethod.Post, routes.Uploads(repository), HttpStatusCode.Accepted, "no location for the upload");
    }

    // https://github.com/opencontainers/distribution-spec/blob/v1.1.1/spec.md#pushing-a-blob-in-chunks: "To get the current status".
    private async Task AskAsync(long size, CancellationToken cancellationToken)
    {
        var request = new RegistryRequest(HttpMethod.Get, _location!, _scopes) { Answers = [HttpStatusCode.NoContent, HttpStatusCode.Accepted, HttpStatusCode.OK, .. Lost] };
        using var response = await transport.SendOnceAsync(request, cancellationToken);
        // One byte and none look the same: both are "0-0".
        if (Lost.Contains(response.StatusCode) || ReadEnd(response) is not (> 1 and var has) || has > size)
        {
            await AbandonAsync(cancellationToken);
            return;
        }

        Follow(response);
        (Offset, _isUncertain) = (has, false);
    }

    private async Task AbandonAsync(CancellationToken cancellationToken)
    {
        await CancelAsync(cancellationToken);
        (_location, Offset, _isUncertain) = (null, 0, false);
    }

    private async Task<HttpResponseMessage> ContinueAsync(RegistryRequest request, CancellationToken cancellationToken)
    {
        _isUncertain = true;
        try
        {
            return await transport.SendOnceAsync(request, cancellationToken);
        }
        catch (ApiException exception) when (exception.Status is { } status && Lost.Contains(status))
        {
            throw new RegistryInterruption(exception);
        }
    }

    private async Task<bool> HasBlobAsync(Digest digest, CancellationToken cancellationToken)
    {
        var request = new RegistryRequest(HttpMethod.Head, routes.Blob(repository, digest), _scopes) { Answers = [HttpStatusCode.OK, HttpStatusCode.NotFound] };
        using var response = await transport.SendOnceAsync(request, cancellationToken);
        return response.StatusCode == HttpStatusCode.OK;
    }

    private void Follow(HttpResponseMessage response)
    {
        if (response.Headers.Location is { } location)
            _location = new Uri(response.RequestMessage!.RequestUri!, location);
    }

    private static long? ReadEnd(HttpResponseMessage response) =>
        response.Headers.NonValidated.TryGetValues("Range", out var values) && RangeGrammar().Match(values.ToString()) is { Success: true } match
            && long.TryParse(match.Groups[1].ValueSpan, CultureInfo.InvariantCulture, out var last) ? last + 1 : null;

    [GeneratedRegex(@"\A(?:bytes=)?0-(\d{1,18})\z")]
    private static partial Regex RangeGrammar();
}
