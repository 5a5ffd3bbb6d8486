namespace MultiAgentInfra.Clients.Kubernetes;

/// <summary>The way to the API server of a cluster: the client's own headers are all of its authentication.</summary>
public sealed class KubernetesConnection
{
    private readonly HttpClient _client;
    private readonly string? _secret;

    /// <param name="name">For people: which cluster, without credentials.</param>
    /// <param name="root">What every path of the API follows; ends in a slash.</param>
    /// <param name="client">Without cookies and redirects; it has no timeout of its own.</param>
    /// <param name="secret">The credential in its headers, which no error may repeat.</param>
    internal KubernetesConnection(string name, Uri root, HttpClient client, string? secret)
    {
        (Name, Root, _client, _secret) = (name, root, client, secret);
    }

    /// <summary>For people.</summary>
    public string Name { get; }

    internal Uri Root { get; }

    internal ApiTransport Open(TimeProvider time) => new(_client, Name, _secret, time);
}
