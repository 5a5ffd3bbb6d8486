using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace MultiAgentInfra.TestSupport.Portainer;

/// <summary>A real engine, as Portainer itself talks to it.</summary>
internal sealed class EngineConnection(DockerEngine engine) : IDisposable
{
    public HttpMessageInvoker Http { get; } = new(new SocketsHttpHandler
    {
        ConnectCallback = async (_, cancellationToken) =>
        {
            var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(engine.SocketPath), cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        },
    });

    public void Dispose() => Http.Dispose();

    /// <returns>Null when the engine has no such thing.</returns>
    public async Task<JsonNode?> FindAsync(string path)
    {
        var (status, body) = await CallAsync(HttpMethod.Get, path, null);
        return status == HttpStatusCode.NotFound ? null : Read(status, body);
    }

    /// <exception cref="ComposeException">The engine refuses, with its words.</exception>
    public async Task<JsonNode?> SendAsync(HttpMethod method, string path, JsonNode? body = null, string? registryAuth = null)
    {
        var (status, text) = await CallAsync(method, path, body, registryAuth);
        return Read(status, text);
    }

    private async Task<(HttpStatusCode Status, string Body)> CallAsync(HttpMethod method, string path, JsonNode? body, string? registryAuth = null)
    {
        using var request = new HttpRequestMessage(method, $"http://engine/{path}");
        if (body is not null)
            request.Content = new StringContent(body.ToJsonString(), Encoding.UTF8, "application/json");
        if (registryAuth is not null)
            request.Headers.Add("X-Registry-Auth", Convert.ToBase64String(Encoding.UTF8.GetBytes(registryAuth)).Replace('+', '-').Replace('/', '_'));
        using var answer = await Http.SendAsync(request, CancellationToken.None);
        return (answer.StatusCode, await answer.Content.ReadAsStringAsync());
    }

    private static JsonNode? Read(HttpStatusCode status, string body)
    {
        var isJson = body.StartsWith('{') || body.StartsWith('[');
        if ((int)status >= 400)
            throw new ComposeException($"Error response from daemon: {(isJson ? JsonNode.Parse(body).Text("message") : body)}");
        try
        {
            return isJson ? JsonNode.Parse(body) : null;
        }
        catch (JsonException)
        {
            // A stream of many objects, as of a pull; its failure is one of them.
            return body.Contains("\"errorDetail\"", StringComparison.Ordinal) ? throw new ComposeException(body) : null;
        }
    }
}

/// <summary>Compose failed; the words are its own.</summary>
internal sealed class ComposeException(string words) : Exception(words);
