using System.Net;
using Azure.Core;
using Azure.Identity;

namespace MultiAgentInfra.Clients.Oci;

/// <summary>The tokens of an Azure registry for an identity of Entra: its token is exchanged for the registry's refresh token, and that for
/// one of a scope (https://github.com/Azure/acr/blob/main/docs/AAD-OAuth.md). All of it goes to the registry itself, whatever realm it names.</summary>
internal sealed class AzureTokenIssuer(RegistryConnection connection, RegistryRoutes routes, TokenCredential credential, TimeProvider time) : ITokenIssuer, IDisposable
{
    // The registry says neither; both are documented to be longer (three hours, and 75 minutes).
    private static readonly TimeSpan RefreshLifetime = TimeSpan.FromHours(1);
    private static readonly TimeSpan AccessLifetime = TimeSpan.FromMinutes(10);
    private static readonly string[] Audience = ["https://containerregistry.azure.net/.default"];

    private readonly SemaphoreSlim _exchange = new(1, 1);
    private RegistryToken? _refresh;

    public async Task<RegistryToken> IssueAsync(RegistryChallenge challenge, IReadOnlyList<string> scopes, CancellationToken cancellationToken)
    {
        var refresh = await GetRefreshTokenAsync(null, cancellationToken);
        try
        {
            return await GetAccessTokenAsync(refresh, scopes, cancellationToken);
        }
        catch (ApiException exception) when (exception.Status is HttpStatusCode.Unauthorized or HttpStatusCode.BadRequest)
        {
            refresh = await GetRefreshTokenAsync(refresh, cancellationToken);
            return await GetAccessTokenAsync(refresh, scopes, cancellationToken);
        }
    }

    public void Dispose() => _exchange.Dispose();

    private async Task<RegistryToken> GetRefreshTokenAsync(RegistryToken? refused, CancellationToken cancellationToken)
    {
        await _exchange.WaitAsync(cancellationToken);
        try
        {
            var asked = time.GetUtcNow();
            if (_refresh is not null && _refresh != refused && _refresh.IsFresh(asked))
                return _refresh;
            var entra = await AuthenticateAsync(cancellationToken);
            var answer = await AskAsync(routes.AzureExchange, cancellationToken, ("grant_type", "access_token"), ("service", routes.Origin.Host), ("access_token", entra));
            return _refresh = new(answer.RefreshToken ?? throw Empty(routes.AzureExchange), asked, RefreshLifetime);
        }
        finally
        {
            _exchange.Release();
        }
    }

    private async Task<string> AuthenticateAsync(CancellationToken cancellationToken)
    {
        try
        {
            return (await credential.GetTokenAsync(new(Audience), cancellationToken)).Token;
        }
        catch (AuthenticationFailedException exception)
        {
            throw RegistryConnection.Failure(HttpMethod.Post, routes.AzureExchange, null, exception.Message, exception);
        }
    }

    private async Task<RegistryToken> GetAccessTokenAsync(RegistryToken refresh, IReadOnlyList<string> scopes, CancellationToken cancellationToken)
    {
        var asked = time.GetUtcNow();
        var answer = await AskAsync(
            routes.AzureToken,
            cancellationToken,
            ("grant_type", "refresh_token"),
            ("service", routes.Origin.Host),
            ("scope", string.Join(' ', scopes)),
            ("refresh_token", refresh.Value));
        return new(answer.AccessToken ?? throw Empty(routes.AzureToken), asked, AccessLifetime);
    }

    private async Task<TokenAnswer> AskAsync(Uri url, CancellationToken cancellationToken, params (string Name, string Value)[] form)
    {
        using var message = new HttpRequestMessage(HttpMethod.Post, url)
        {
            Content = new FormUrlEncodedContent(form.Select(field => KeyValuePair.Create(field.Name, field.Value))),
        };
        return await TokenAnswer.AskAsync(connection, message, cancellationToken);
    }

    private static ApiException Empty(Uri url) => RegistryConnection.Failure(HttpMethod.Post, url, null, "the registry answers no token");
}
