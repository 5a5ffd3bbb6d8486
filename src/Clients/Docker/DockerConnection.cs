using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using MultiAgentInfra.Clients.Portainer;

namespace MultiAgentInfra.Clients.Docker;

/// <summary>The way to a Docker Engine: its socket, TCP with client certificates, or Portainer's proxy (`/api/endpoints/{id}/docker`).</summary>
public sealed class DockerConnection : IDisposable
{
    private const string ApiKeyHeader = "X-API-KEY";

    // Portainer lets every request wait for a minute while it makes a backup.
    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(15);

    private DockerConnection(string name, Uri root, HttpClient client, int? portainerRegistry)
    {
        (Name, Root, Client, PortainerRegistry) = (name, root, client, portainerRegistry);
    }

    private DockerConnection(string name, Uri root, SocketsHttpHandler handler, int? portainerRegistry = null)
    {
        Name = name;
        Root = root;
        PortainerRegistry = portainerRegistry;
        handler.AllowAutoRedirect = false;
        // Portainer asks for a CSRF token as soon as it sees its own cookie.
        handler.UseCookies = false;
        handler.ConnectTimeout = ConnectTimeout;
        Client = new HttpClient(handler)
        {
            Timeout = Timeout.InfiniteTimeSpan,
            DefaultRequestVersion = HttpVersion.Version11,
            DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };
    }

    /// <summary>For people: where the engine is, without credentials.</summary>
    public string Name { get; }

    /// <summary>What every path of the engine's API follows; ends in a slash.</summary>
    public Uri Root { get; }

    internal HttpClient Client { get; }

    /// <summary>Portainer's number of the registry whose credentials it puts in; null for an engine that wants the credentials themselves.</summary>
    internal int? PortainerRegistry { get; }

    /// <summary>Portainer's key, for whoever takes secrets out of texts.</summary>
    internal string? Secret { get; private init; }

    /// <summary>The options were validated before.</summary>
    public static DockerConnection To(DockerOptions options)
    {
        var endpoint = new Uri(options.Endpoint!);
        if (endpoint.Scheme == DockerValidation.UnixScheme)
            return new($"unix://{endpoint.AbsolutePath}", new("http://localhost/"), SocketHandler(endpoint.AbsolutePath));
        if (options.CertificatesFolder is not { Length: > 0 } folder)
            return new($"tcp://{endpoint.Authority}", new($"http://{endpoint.Authority}/"), new() { UseProxy = false });
        return new($"tcp://{endpoint.Authority}", new($"https://{endpoint.Authority}/"), CertificateHandler(folder));
    }

    /// <summary>The options were validated before, and name an environment.</summary>
    public static DockerConnection To(PortainerOptions options)
    {
        var address = new Uri(options.Address!.TrimEnd('/') + '/');
        var root = new Uri(address, string.Create(CultureInfo.InvariantCulture, $"api/endpoints/{options.EndpointId}/docker/"));
        var handler = new SocketsHttpHandler { UseProxy = !address.IsLoopback };
        var connection = new DockerConnection($"Portainer at {address.Authority}", root, handler, options.RegistryId) { Secret = options.ReadApiKey() };
        connection.Client.DefaultRequestHeaders.Add(ApiKeyHeader, connection.Secret);
        return connection;
    }

    /// <summary>An environment of a Portainer, over its own connection.</summary>
    internal static DockerConnection To(PortainerConnection connection, int environment, int? registry) => new(
        $"environment {environment.ToString(CultureInfo.InvariantCulture)} of {connection.Name}", connection.Docker(environment), connection.Client, registry)
    {
        Secret = connection.Secret,
    };

    public void Dispose() => Client.Dispose();

    private static SocketsHttpHandler SocketHandler(string path) => new()
    {
        UseProxy = false,
        ConnectCallback = async (_, cancellationToken) =>
        {
            // The runtime's own words for it are about addresses.
            if (!File.Exists(path))
                throw new FileNotFoundException("there is no such socket; is Docker running?");
            var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            try
            {
                await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), cancellationToken);
                return new NetworkStream(socket, ownsSocket: true);
            }
            catch
            {
                socket.Dispose();
                throw;
            }
        },
    };

    private static SocketsHttpHandler CertificateHandler(string folder)
    {
        // Nobody but the operator's own authority is believed; the host's name is checked as ever.
        var trust = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        trust.CustomTrustStore.ImportFromPemFile(Path.Combine(folder, "ca.pem"));
        return new()
        {
            UseProxy = false,
            SslOptions =
            {
                CertificateChainPolicy = trust,
                ClientCertificates = [X509Certificate2.CreateFromPemFile(Path.Combine(folder, "cert.pem"), Path.Combine(folder, "key.pem"))],
            },
        };
    }
}
