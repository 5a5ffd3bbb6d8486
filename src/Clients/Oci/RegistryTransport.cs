using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace MultiAgentInfra.Clients.Oci;

/// <summary>Calls a registry: authenticated, repeated where that may help, and with errors in the registry's own words.</summary>
internal sealed partial class RegistryTransport(RegistryConnection connection, RegistryAuthentication authentication, RegistryRetry retry)
{
    private const int MaxErrorBytes = 64 * 1024;

    public RegistryRetry Retry => retry;

    public RegistryConnection Connection => connection;

    /// <returns>One of the answers that the request understands; the caller disposes it.</returns>
    /// <exception cref="ApiException">The registry gives another answer, or none after all attempts.</exception>
    public Task<HttpResponseMessage> SendAsync(RegistryRequest request, CancellationToken cancellationToken) =>
        retry.RunAsync(() => SendOnceAsync(request, cancellationToken), cancellationToken);

    /// <summary>Sends and reads the body as one step, so that a body that breaks off is asked for again.</summary>
    public Task<T> SendAsync<T>(RegistryRequest request, Func<HttpResponseMessage, Task<T>> read, CancellationToken cancellationToken) => retry.RunAsync(
        async () =>
        {
            using var response = await SendOnceAsync(request, cancellationToken);
            return await read(response);
        },
        cancellationToken);

    /// <exception cref="RegistryInterruption">The call may be repeated.</exception>
    /// <exception cref="ApiException">The registry refuses.</exception>
    public async Task<HttpResponseMessage> SendOnceAsync(RegistryRequest request, CancellationToken cancellationToken)
    {
        var authorization = await authentication.AuthorizeAsync(request.Scopes, cancellationToken);
        var response = await connection.SendAsync(request, authorization, cancellationToken);
        if (response.StatusCode == HttpStatusCode.Unauthorized && connection.IsOrigin(response.RequestMessage?.RequestUri))
        {
            var renewed = await authentication.LearnAsync(response.Headers.WwwAuthenticate, authorization, request.Scopes, cancellationToken);
            if (renewed is not null)
            {
                response.Dispose();
                authorization = renewed;
                response = await connection.SendAsync(request, authorization, cancellationToken);
            }
        }

        if (request.Answers.Contains(response.StatusCode))
            return response;
        using (response)
        {
            var failure = await FailureAsync(response, authorization, cancellationToken);
            throw IsTransient(response.StatusCode) ? new RegistryInterruption(failure, RetryAfter(response)) : failure;
        }
    }

    public static bool IsTransient(HttpStatusCode status) => status is HttpStatusCode.RequestTimeout or HttpStatusCode.TooManyRequests
        or HttpStatusCode.InternalServerError or HttpStatusCode.BadGateway or HttpStatusCode.ServiceUnavailable or HttpStatusCode.GatewayTimeout;

    public static TimeSpan? RetryAfter(HttpResponseMessage response)
    {
        var header = response.Headers.RetryAfter;
        return header?.Delta ?? (header?.Date - response.Headers.Date is { Ticks: > 0 } wait ? wait : null);
    }

    private async Task<ApiException> FailureAsync(HttpResponseMessage response, AuthenticationHeaderValue? authorization, CancellationToken cancellationToken)
    {
        var words = response.ReasonPhrase ?? "";
        try
        {
            var body = await connection.ReadAsync(response, MaxErrorBytes, cancellationToken);
            if (body.Length > 0)
                words = ReadErrors(body) ?? Encoding.UTF8.GetString(body);
        }
        // The status says enough when the body cannot be had.
        catch (Exception exception) when (exception is RegistryInterruption or ApiException)
        {
        }

        return RegistryConnection.Failure(
            response.RequestMessage!.Method, response.RequestMessage.RequestUri!, response.StatusCode, authentication.Redact(words, authorization));
    }

    // https://github.com/opencontainers/distribution-spec/blob/v1.1.1/spec.md#error-codes
    private static string? ReadErrors(byte[] body)
    {
        try
        {
            var errors = JsonSerializer.Deserialize(body, RegistryErrorContext.Default.ErrorAnswer)?.Errors;
            return errors is { Count: > 0 } ? string.Join("; ", errors.Select(error => $"{error?.Code}: {error?.Message}")) : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private sealed record ErrorAnswer(IReadOnlyList<ErrorEntry?>? Errors);

    private sealed record ErrorEntry(string? Code, string? Message);

    [JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
    [JsonSerializable(typeof(ErrorAnswer))]
    private sealed partial class RegistryErrorContext : JsonSerializerContext;
}
