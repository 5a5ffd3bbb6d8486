using System.Net;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace MultiAgentInfra.Clients.Oci;

/// <summary>The one form in which token services answer: https://distribution.github.io/distribution/spec/auth/token/#token-response-fields.</summary>
internal sealed partial record TokenAnswer(string? Token, string? AccessToken, string? RefreshToken, double? ExpiresIn)
{
    private const int MaxBytes = 256 * 1024;

    /// <summary>Sends once. The body of a refusal is not repeated: it may hold what was sent.</summary>
    public static async Task<TokenAnswer> AskAsync(RegistryConnection connection, HttpRequestMessage message, CancellationToken cancellationToken)
    {
        using var response = await connection.SendAsync(message, cancellationToken);
        var url = message.RequestUri!;
        if (RegistryTransport.IsTransient(response.StatusCode))
            throw new RegistryInterruption(Refusal(), RegistryTransport.RetryAfter(response));
        if (response.StatusCode != HttpStatusCode.OK)
            throw Refusal();
        try
        {
            var body = await connection.ReadAsync(response, MaxBytes, cancellationToken);
            return JsonSerializer.Deserialize(body, TokenAnswerContext.Default.TokenAnswer) ?? throw new JsonException("null");
        }
        catch (JsonException)
        {
            throw RegistryConnection.Failure(message.Method, url, response.StatusCode, "the token service answers no token");
        }

        ApiException Refusal() => RegistryConnection.Failure(message.Method, url, response.StatusCode, "the token service gives no token");
    }

    // A record prints what it holds.
    public override string ToString() => nameof(TokenAnswer);

    [JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
    [JsonSerializable(typeof(TokenAnswer))]
    private sealed partial class TokenAnswerContext : JsonSerializerContext;
}
