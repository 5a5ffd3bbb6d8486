using System.Net;
using System.Text;
using Polly;
using Polly.Timeout;

namespace MultiAgentInfra.Clients.Blobs;

/// <summary>Block blobs of one container over HTTP (https://learn.microsoft.com/rest/api/storageservices/blob-service-rest-api). Bodies are checked by
/// the server against their MD5, what may pass is tried again, and what is refused is an <see cref="ApiException"/>.</summary>
internal sealed class BlobClient(HttpClient http, Uri container, BlobAuthorization authorization, TimeProvider time)
{
    /// <summary>The version of the service's protocol (https://learn.microsoft.com/rest/api/storageservices/previous-azure-storage-service-versions).</summary>
    public const string Version = "2025-11-05";

    private readonly BlobRoutes _routes = new(container);
    private readonly ResiliencePipeline<HttpResponseMessage> _retry = BlobRetry.Create(time);

    /// <summary>Without a proxy to this machine, and without redirects, which would take credentials elsewhere.</summary>
    public static HttpClient CreateHttp(Uri container) =>
        new(new SocketsHttpHandler { AllowAutoRedirect = false, UseProxy = !container.IsLoopback, ConnectTimeout = TimeSpan.FromSeconds(10) })
        {
            Timeout = Timeout.InfiniteTimeSpan,
        };

    /// <summary>Writes a whole blob in one request.</summary>
    public Task PutBlobAsync(string name, string mediaType, ReadOnlyMemory<byte> content, CancellationToken cancellationToken) =>
        PutAsync(_routes.Blob(name), content, [("x-ms-blob-type", "BlockBlob"), ("x-ms-blob-content-type", mediaType)], cancellationToken);

    /// <summary>Adds a part that counts when it is in a block list.</summary>
    public Task PutBlockAsync(string name, string id, ReadOnlyMemory<byte> content, CancellationToken cancellationToken) =>
        PutAsync(_routes.Block(name, id), content, [], cancellationToken);

    /// <summary>Makes the blob of its parts.</summary>
    /// <param name="hash">The MD5 of all of them.</param>
    public Task PutBlockListAsync(string name, string mediaType, IEnumerable<string> ids, byte[] hash, CancellationToken cancellationToken)
    {
        var list = $"<?xml version=\"1.0\" encoding=\"utf-8\"?><BlockList>{string.Concat(ids.Select(id => $"<Latest>{id}</Latest>"))}</BlockList>";
        return PutAsync(
            _routes.BlockList(name),
            Encoding.UTF8.GetBytes(list),
            [("x-ms-blob-content-type", mediaType), ("x-ms-blob-content-md5", Convert.ToBase64String(hash))],
            cancellationToken);
    }

    /// <returns>Null when there is no such blob.</returns>
    public async Task<Stream?> GetBlobAsync(string name, CancellationToken cancellationToken)
    {
        var response = await SendAsync(() => new(HttpMethod.Get, _routes.Blob(name)), [HttpStatusCode.OK, HttpStatusCode.NotFound], cancellationToken).ConfigureAwait(false);
        if (response.StatusCode != HttpStatusCode.NotFound)
            return new BlobContentStream(response, await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false), time);
        response.Dispose();
        return null;
    }

    public async Task DeleteBlobAsync(string name, CancellationToken cancellationToken)
    {
        using var response = await SendAsync(
            () => new(HttpMethod.Delete, _routes.Blob(name)), [HttpStatusCode.Accepted, HttpStatusCode.NotFound], cancellationToken).ConfigureAwait(false);
    }

    private async Task PutAsync(Uri url, ReadOnlyMemory<byte> content, (string Name, string Value)[] headers, CancellationToken cancellationToken)
    {
        var response = await SendAsync(Request, [HttpStatusCode.Created, HttpStatusCode.NotFound], cancellationToken).ConfigureAwait(false);
        if (response.StatusCode == HttpStatusCode.NotFound)
        {
            response.Dispose();
            await CreateContainerAsync(cancellationToken).ConfigureAwait(false);
            response = await SendAsync(Request, [HttpStatusCode.Created], cancellationToken).ConfigureAwait(false);
        }

        response.Dispose();

        HttpRequestMessage Request()
        {
            var request = new HttpRequestMessage(HttpMethod.Put, url) { Content = new ReadOnlyMemoryContent(content) };
            request.Content.Headers.ContentMD5 = BlobChecksum.Of(content.Span);
            foreach (var (name, value) in headers)
                request.Headers.Add(name, value);
            return request;
        }
    }

    private async Task CreateContainerAsync(CancellationToken cancellationToken)
    {
        // Conflict: somebody else was first.
        using var response = await SendAsync(
            () => new(HttpMethod.Put, _routes.Container), [HttpStatusCode.Created, HttpStatusCode.Conflict], cancellationToken).ConfigureAwait(false);
    }

    private async Task<HttpResponseMessage> SendAsync(Func<HttpRequestMessage> create, HttpStatusCode[] expected, CancellationToken cancellationToken)
    {
        // An attempt's request is needed until its refusal is described, and only the last attempt's is.
        var request = create();
        try
        {
            var response = await _retry.ExecuteAsync(
                async stop =>
                {
                    request.Dispose();
                    request = create();
                    request.Headers.Add("x-ms-version", Version);
                    await authorization.ApplyAsync(request, stop).ConfigureAwait(false);
                    return await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, stop).ConfigureAwait(false);
                },
                cancellationToken).ConfigureAwait(false);
            if (expected.Contains(response.StatusCode))
                return response;
            using (response)
                throw await BlobError.ReadAsync(request, response, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is HttpRequestException or TimeoutRejectedException)
        {
            throw new ApiException(request.Method, request.RequestUri!, null, exception.Message, exception);
        }
        finally
        {
            request.Dispose();
        }
    }
}
