using System.Globalization;
using System.Net;
using MultiAgentInfra.Clients.Kubernetes;

namespace MultiAgentInfra.Clients.Portainer;

/// <summary>The way to a Portainer, and through its proxy to the clusters behind it. The key is the only credential that is ever sent: with its own
/// cookie Portainer would ask for a CSRF token, and with a second credential it refuses.</summary>
public sealed class PortainerConnection : IDisposable
{
    private const string ApiKeyHeader = "X-API-KEY";
    private const int MostConnections = 64;

    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(15);

    // So that a new address in DNS is seen.
    private static readonly TimeSpan ConnectionLife = TimeSpan.FromMinutes(10);

    private PortainerConnection(Uri address, string key)
    {
        Address = address;
        Secret = key;
        var handler = new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            ConnectTimeout = ConnectTimeout,
            MaxConnectionsPerServer = MostConnections,
            PooledConnectionLifetime = ConnectionLife,
            UseCookies = false,
            UseProxy = !address.IsLoopback,
        };
        Client = new HttpClient(handler)
        {
            Timeout = Timeout.InfiniteTimeSpan,
            DefaultRequestVersion = HttpVersion.Version11,
            DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };
        Client.DefaultRequestHeaders.Add(ApiKeyHeader, key);
    }

    /// <summary>Where its user interface is; ends in a slash.</summary>
    public Uri Address { get; }

    /// <summary>For people.</summary>
    public string Name => $"Portainer at {Address.Authority}";

    internal Uri Api => new(Address, "api/");

    internal HttpClient Client { get; }

    internal string Secret { get; }

    /// <summary>The options were validated before.</summary>
    public static PortainerConnection To(PortainerOptions options) => new(new(options.Address!.TrimEnd('/') + '/'), options.ReadApiKey());

    /// <summary>The API server of a Kubernetes environment.</summary>
    public KubernetesConnection Kubernetes(int environment) => new(
        $"environment {environment} of {Name}",
        new(Api, string.Create(CultureInfo.InvariantCulture, $"endpoints/{environment}/kubernetes/")),
        Client,
        Secret);

    /// <summary>What every path of the engine of a Docker environment follows.</summary>
    internal Uri Docker(int environment) => new(Api, string.Create(CultureInfo.InvariantCulture, $"endpoints/{environment}/docker/"));

    public void Dispose() => Client.Dispose();
}
