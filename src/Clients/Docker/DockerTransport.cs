using System.Net;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Text.Json;
using MultiAgentInfra.Core;
using MultiAgentInfra.Core.Images;

namespace MultiAgentInfra.Clients.Docker;

/// <summary>Sends calls to an engine in the newest version of the API that both speak. What fails is an <see cref="ApiException"/>.</summary>
/// <param name="redactor">Takes credentials out of the engine's words.</param>
internal sealed class DockerTransport(DockerConnection connection, SecretRedactor redactor, TimeProvider time)
{
    /// <summary>What this client was written for; every engine understands older callers for years.</summary>
    internal static readonly Version Newest = new(1, 47);

    /// <summary>Docker 19.03.</summary>
    internal static readonly Version Oldest = new(1, 40);

    private const string VersionHeader = "Api-Version";
    private const int MostErrorBytes = 64 * 1024;
    private const int MostDocumentBytes = 16 * 1024 * 1024;
    private static readonly TimeSpan PingTimeout = TimeSpan.FromSeconds(20);

    private Version? _version;

    public async Task<Version> GetVersionAsync(CancellationToken cancellationToken)
    {
        if (_version is { } known)
            return known;
        var url = new Uri(connection.Root, DockerRoutes.Ping);
        var offered = await RunAsync(new(HttpMethod.Get, DockerRoutes.Ping, PingTimeout), url, OfferedAsync, cancellationToken);
        if (!Version.TryParse(offered, out var version))
            throw new ApiException(HttpMethod.Get, url, HttpStatusCode.OK, $"{connection.Name} is no Docker Engine: its answer has no {VersionHeader}.");
        if (version < Oldest)
            throw new NonRetryableException($"{connection.Name} speaks version {version} of the Engine API, and {Oldest} (Docker 19.03) is the oldest that works: update Docker.");
        return _version = version < Newest ? version : Newest;
    }

    /// <summary>Sends the call and hands its answer on; a status that is no success is an error already.</summary>
    /// <param name="read">Gets a token that ends with the call's time too.</param>
    public async Task<T> SendAsync<T>(DockerCall call, Func<HttpResponseMessage, CancellationToken, Task<T>> read, CancellationToken cancellationToken)
    {
        var version = await GetVersionAsync(cancellationToken);
        return await RunAsync(call, new(connection.Root, DockerRoutes.WithVersion(version, call.Route)), read, cancellationToken);
    }

    /// <summary>A whole JSON document, at most 16 MiB.</summary>
    public Task<T> ReadAsync<T>(DockerCall call, CancellationToken cancellationToken) => SendAsync(
        call,
        async (response, token) =>
        {
            await response.Content.LoadIntoBufferAsync(MostDocumentBytes, token);
            await using var content = await response.Content.ReadAsStreamAsync(token);
            return await JsonSerializer.DeserializeAsync<T>(content, JsonSerializerOptions.Web, token) ?? throw new InvalidDataException("The answer is empty.");
        },
        cancellationToken);

    /// <summary>Follows the stream of a build, a push or a pull to its end; an error in it is an <see cref="ApiException"/>, whatever status came first.</summary>
    public Task FollowAsync(DockerCall call, Action<DockerMessage> see, Action<string> output, CancellationToken cancellationToken) => SendAsync(
        call,
        async (response, token) =>
        {
            var lines = new OutputLines(line => output(redactor.Redact(line)));
            await using var stream = await response.Content.ReadAsStreamAsync(token);
            await foreach (var message in DockerMessageReader.ReadAsync(stream, token))
            {
                if (message.Failure is { } failure)
                {
                    lines.Flush();
                    throw new ApiException(call.Method, new(connection.Root, call.Route), response.StatusCode, redactor.Redact(failure));
                }

                lines.Add(message.Stream ?? (message.Line is { } line ? line + "\n" : ""));
                see(message);
            }

            lines.Flush();
            return true;
        },
        cancellationToken);

    private async Task<T> RunAsync<T>(DockerCall call, Uri url, Func<HttpResponseMessage, CancellationToken, Task<T>> read, CancellationToken cancellationToken)
    {
        using var timeout = new CancellationTokenSource(call.Timeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        using var request = new HttpRequestMessage(call.Method, url) { Content = call.Content };
        foreach (var (name, value) in call.Headers)
            request.Headers.Add(name, value);
        try
        {
            // Disposing an answer that was not read to its end closes the connection, and that is what stops the engine's work.
            using var response = await connection.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, either.Token);
            if (!response.IsSuccessStatusCode)
                throw new ApiException(call.Method, url, response.StatusCode, redactor.Redact(await ReadErrorAsync(response, either.Token)));
            return await read(response, either.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new ApiException(call.Method, url, null, $"{connection.Name} took longer than {call.Timeout.TotalSeconds:0} s.");
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException or InvalidDataException or JsonException)
        {
            throw new ApiException(call.Method, url, null, $"{connection.Name}: {Reason(exception)}", exception);
        }
    }

    private static Task<string?> OfferedAsync(HttpResponseMessage response, CancellationToken cancellationToken) =>
        Task.FromResult(response.Headers.TryGetValues(VersionHeader, out var values) ? values.FirstOrDefault() : null);

    // The outermost text only says that something is inside.
    private static string Reason(Exception exception) => exception switch
    {
        { InnerException: SocketException or AuthenticationException } => exception.InnerException.Message,
        HttpRequestException { InnerException: IOException inner } => Reason(inner),
        _ => exception.Message,
    };

    /// <summary>The engine says <c>message</c>, and Portainer <c>message</c> and <c>details</c>.</summary>
    private static async Task<string> ReadErrorAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        var content = new byte[MostErrorBytes];
        await using var stream = await response.Content.ReadAsStreamAsync(cancellationToken);
        var length = await stream.ReadAtLeastAsync(content, content.Length, throwOnEndOfStream: false, cancellationToken);
        var text = System.Text.Encoding.UTF8.GetString(content, 0, length);
        try
        {
            var words = JsonSerializer.Deserialize<ErrorBody>(text, JsonSerializerOptions.Web);
            return string.Join(": ", new[] { words?.Message, words?.Details }.Where(part => !string.IsNullOrEmpty(part))) is { Length: > 0 } said ? said : text;
        }
        catch (JsonException)
        {
            return text;
        }
    }

    private sealed record ErrorBody(string? Message, string? Details);
}
