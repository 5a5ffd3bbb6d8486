using System.Net;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Text;
using System.Text.Json;
using MultiAgentInfra.Core.Images;

namespace MultiAgentInfra.Clients;

/// <summary>One call of an API that speaks JSON.</summary>
/// <param name="Timeout">For all of the answer.</param>
internal sealed record ApiCall(HttpMethod Method, Uri Url, TimeSpan Timeout)
{
    public HttpContent? Content { get; init; }

    /// <summary>Values that the call carries and no error may repeat.</summary>
    public IEnumerable<string> Secrets { get; init; } = [];
}

/// <summary>Sends calls to Portainer and to what is behind it, each with an end and a limit. What fails is an <see cref="ApiException"/> with the
/// words of whoever answered: Portainer's own (<c>message</c>, <c>details</c>) or the Status of a Kubernetes API server
/// (https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/status/).</summary>
/// <param name="name">For people: who is called.</param>
/// <param name="secret">The key in the client's headers.</param>
internal sealed class ApiTransport(HttpClient client, string name, string? secret, TimeProvider time)
{
    private const int MostErrorBytes = 64 * 1024;
    private const int MostLineBytes = 64 * 1024;
    private const int MostDocumentBytes = 32 * 1024 * 1024;

    /// <summary>A whole JSON document, at most 32 MiB.</summary>
    public Task<T> ReadAsync<T>(ApiCall call, CancellationToken cancellationToken) => SendAsync(
        call,
        async (response, token) =>
        {
            await response.Content.LoadIntoBufferAsync(MostDocumentBytes, token);
            await using var content = await response.Content.ReadAsStreamAsync(token);
            return await JsonSerializer.DeserializeAsync<T>(content, JsonSerializerOptions.Web, token) ?? throw new InvalidDataException("the answer is empty.");
        },
        cancellationToken);

    /// <summary>For a call whose answer does not matter.</summary>
    public Task SendAsync(ApiCall call, CancellationToken cancellationToken) => SendAsync(call, (_, _) => Task.FromResult(true), cancellationToken);

    /// <summary>The first so many bytes of a text.</summary>
    public Task<string> ReadTextAsync(ApiCall call, int limitBytes, CancellationToken cancellationToken) => SendAsync(
        call, (response, token) => ReadStartAsync(response, limitBytes, token), cancellationToken);

    /// <summary>Lines as the server writes them, until it ends or they are enough.</summary>
    public Task ReadLinesAsync(ApiCall call, Func<string, bool> isEnough, CancellationToken cancellationToken) => SendAsync(
        call, (response, token) => ReadLinesAsync(response, isEnough, token), cancellationToken);

    /// <returns>Null when the server says that it is not there.</returns>
    public async Task<T?> FindAsync<T>(ApiCall call, CancellationToken cancellationToken)
        where T : class
    {
        try
        {
            return await ReadAsync<T>(call, cancellationToken);
        }
        catch (ApiException exception) when (exception.Status == HttpStatusCode.NotFound)
        {
            return null;
        }
    }

    private async Task<T> SendAsync<T>(ApiCall call, Func<HttpResponseMessage, CancellationToken, Task<T>> read, CancellationToken cancellationToken)
    {
        using var timeout = new CancellationTokenSource(call.Timeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        using var request = new HttpRequestMessage(call.Method, call.Url) { Content = call.Content };
        try
        {
            using var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, either.Token);
            if (!response.IsSuccessStatusCode)
                throw Refusal(call, response.StatusCode, await ReadStartAsync(response, MostErrorBytes, either.Token));
            return await read(response, either.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new ApiException(call.Method, call.Url, null, $"{name} took longer than {call.Timeout.TotalSeconds:0} s.");
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException or InvalidDataException or JsonException)
        {
            throw new ApiException(call.Method, call.Url, null, $"{name}: {Cause(exception)}", exception);
        }
    }

    // The outermost text only says that something is inside.
    private static string Cause(Exception exception) => exception switch
    {
        { InnerException: SocketException or AuthenticationException } => exception.InnerException.Message,
        HttpRequestException { InnerException: IOException inner } => Cause(inner),
        _ => exception.Message,
    };

    private static async Task<string> ReadStartAsync(HttpResponseMessage response, int limitBytes, CancellationToken cancellationToken)
    {
        await using var stream = await response.Content.ReadAsStreamAsync(cancellationToken);
        using var content = new MemoryStream();
        var buffer = new byte[16 * 1024];
        while (content.Length < limitBytes && await stream.ReadAsync(buffer, cancellationToken) is > 0 and var length)
            content.Write(buffer, 0, (int)Math.Min(length, limitBytes - content.Length));
        return Encoding.UTF8.GetString(content.GetBuffer(), 0, (int)content.Length);
    }

    private static async Task<bool> ReadLinesAsync(HttpResponseMessage response, Func<string, bool> isEnough, CancellationToken cancellationToken)
    {
        await using var stream = await response.Content.ReadAsStreamAsync(cancellationToken);
        var buffer = new byte[MostLineBytes];
        for (var length = 0; await stream.ReadAsync(buffer.AsMemory(length), cancellationToken) is > 0 and var read;)
        {
            length += read;
            var start = 0;
            for (int size; (size = buffer.AsSpan(start, length - start).IndexOf((byte)'\n')) >= 0; start += size + 1)
            {
                if (isEnough(Encoding.UTF8.GetString(buffer, start, size)))
                    return true;
            }

            // A line that is longer comes in pieces.
            if (start == 0 && length == buffer.Length)
            {
                if (isEnough(Encoding.UTF8.GetString(buffer)))
                    return true;
                start = length;
            }

            buffer.AsSpan(start, length - start).CopyTo(buffer);
            length -= start;
        }

        return false;
    }

    private ApiException Refusal(ApiCall call, HttpStatusCode status, string body)
    {
        var (words, reason) = Words(body);
        var redactor = new SecretRedactor(secret is null ? call.Secrets : call.Secrets.Append(secret));
        return new(call.Method, call.Url, status, redactor.Redact(words)) { Reason = reason };
    }

    private static (string Words, string? Reason) Words(string body)
    {
        try
        {
            using var document = JsonDocument.Parse(body);
            // Of a Status, the details are an object that the message says already.
            var words = string.Join(": ", new[] { Text(document, "message"), Text(document, "details") }.OfType<string>());
            return (words.Length > 0 ? words : body, Text(document, "reason"));
        }
        catch (JsonException)
        {
            return (body, null);
        }
    }

    private static string? Text(JsonDocument document, string name) =>
        document.RootElement.ValueKind == JsonValueKind.Object && document.RootElement.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String && value.GetString() is { Length: > 0 } text
            ? text
            : null;
}
