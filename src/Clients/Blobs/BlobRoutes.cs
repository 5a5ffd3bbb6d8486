namespace MultiAgentInfra.Clients.Blobs;

/// <summary>The addresses of one container (https://learn.microsoft.com/rest/api/storageservices/operations-on-blobs).</summary>
internal sealed class BlobRoutes(Uri container)
{
    private readonly string _container = container.AbsoluteUri.TrimEnd('/');

    public Uri Container => new($"{_container}?restype=container");

    public Uri Blob(string name) => new($"{_container}/{name}");

    public Uri Block(string name, string id) => new($"{_container}/{name}?comp=block&blockid={Uri.EscapeDataString(id)}");

    public Uri BlockList(string name) => new($"{_container}/{name}?comp=blocklist");
}
