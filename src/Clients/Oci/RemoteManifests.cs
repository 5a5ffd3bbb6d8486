using System.Net;
using MultiAgentInfra.Core.Images;

namespace MultiAgentInfra.Clients.Oci;

/// <summary>The manifests and tags of a registry.</summary>
internal sealed class RemoteManifests(RegistryTransport transport, RegistryRoutes routes)
{
    // A registry gives only what is asked for: Docker's types too, because its builder pushes them.
    private const string Accept = $"{MediaTypes.Manifest}, {MediaTypes.Index}, application/vnd.docker.distribution.manifest.v2+json, "
        + "application/vnd.docker.distribution.manifest.list.v2+json";

    private const string DigestHeader = "Docker-Content-Digest";

    public Task<Descriptor?> ResolveAsync(string repository, string reference, CancellationToken cancellationToken)
    {
        var request = new RegistryRequest(HttpMethod.Head, routes.Manifest(repository, reference), routes.Pull(repository)) { Accept = Accept, Answers = [HttpStatusCode.OK, HttpStatusCode.NotFound] };
        return transport.SendAsync(
            request,
            async response =>
            {
                if (response.StatusCode == HttpStatusCode.NotFound)
                    return null;
                // The header is optional; the content is not.
                if (DigestOf(response) is not { } digest || response.Content.Headers is not { ContentType.MediaType: { } mediaType, ContentLength: { } size })
                    return (await FindAsync(repository, reference, cancellationToken))?.Descriptor;
                return Digest.TryParse(reference, out var expected) && expected != digest
                    ? throw new InvalidDataException($"The registry answers {digest} for {expected}.")
                    : new Descriptor(mediaType, digest, size);
            },
            cancellationToken);
    }

    /// <summary>The manifest with its content; null when there is none.</summary>
    public Task<StoredManifest?> FindAsync(string repository, string reference, CancellationToken cancellationToken)
    {
        var request = new RegistryRequest(HttpMethod.Get, routes.Manifest(repository, reference), routes.Pull(repository)) { Accept = Accept, Answers = [HttpStatusCode.OK, HttpStatusCode.NotFound] };
        return transport.SendAsync<StoredManifest?>(
            request,
            async response =>
            {
                if (response.StatusCode == HttpStatusCode.NotFound)
                    return null;
                var content = await transport.Connection.ReadAsync(response, OciLayout.MaxDocumentSize, cancellationToken);
                var digest = Digest.Of(content);
                var expected = Digest.TryParse(reference, out var named) ? named : DigestOf(response) ?? digest;
                if (digest != expected)
                    throw new InvalidDataException($"Manifest {expected} is damaged.");
                return new(new(response.Content.Headers.ContentType?.MediaType ?? MediaTypes.Manifest, digest, content.Length), content);
            },
            cancellationToken);
    }

    /// <returns>What was stored, and whether the registry lists it as a referrer by itself.</returns>
    public Task<(Descriptor Manifest, bool IsListed)> PutAsync(
        string repository, ReadOnlyMemory<byte> content, string mediaType, string? tag, CancellationToken cancellationToken)
    {
        if (content.Length > OciLayout.MaxDocumentSize)
            throw new InvalidDataException($"A manifest of {content.Length} bytes exceeds the limit of {OciLayout.MaxDocumentSize}.");
        var digest = Digest.Of(content.Span);
        var request = new RegistryRequest(HttpMethod.Put, routes.Manifest(repository, tag ?? digest.Value), routes.Push(repository))
        {
            Body = () => new ReadOnlyMemoryContent(content) { Headers = { ContentType = new(mediaType) } },
            Answers = [HttpStatusCode.Created],
        };
        return transport.Retry.RunAsync(
            async () =>
            {
                using var response = await PutOnceAsync(request, cancellationToken);
                return DigestOf(response) is { } stored && stored != digest
                    ? throw RegistryConnection.Failure(request.Method, request.Url, response.StatusCode, $"{digest} was sent and {stored} was stored")
                    : (new Descriptor(mediaType, digest, content.Length), response.Headers.Contains("OCI-Subject"));
            },
            cancellationToken);
    }

    public async Task DeleteAsync(string repository, Digest digest, CancellationToken cancellationToken)
    {
        var request = new RegistryRequest(HttpMethod.Delete, routes.Manifest(repository, digest.Value), routes.Delete(repository)) { Answers = [HttpStatusCode.Accepted, HttpStatusCode.OK, HttpStatusCode.NoContent, HttpStatusCode.NotFound] };
        using var response = await transport.SendAsync(request, cancellationToken);
    }

    // While somebody stores the same content once more, docker-registry empties the file that says that it is there, and then denies it.
    private async Task<HttpResponseMessage> PutOnceAsync(RegistryRequest request, CancellationToken cancellationToken)
    {
        try
        {
            return await transport.SendOnceAsync(request, cancellationToken);
        }
        catch (ApiException exception) when (exception.Message.Contains("BLOB_UNKNOWN", StringComparison.Ordinal))
        {
            throw new RegistryInterruption(exception);
        }
    }

    private static Digest? DigestOf(HttpResponseMessage response) =>
        response.Headers.TryGetValues(DigestHeader, out var values) && Digest.TryParse(values.First(), out var digest) ? digest : null;
}
