using System.Globalization;
using System.Net.Http.Headers;
using Azure.Core;

namespace MultiAgentInfra.Clients.Blobs;

/// <summary>Says who sends a request: by a signature with the account's key, or by a token of Microsoft Entra ID.</summary>
internal sealed class BlobAuthorization
{
    private static readonly TokenRequestContext Scope = new(["https://storage.azure.com/.default"]);

    // A token that ends while its request is on the way would be refused.
    private static readonly TimeSpan TokenMargin = TimeSpan.FromMinutes(5);

    private readonly Func<HttpRequestMessage, CancellationToken, ValueTask<AuthenticationHeaderValue>> _authorize;
    private readonly TimeProvider _time;
    private CachedToken? _token;

    /// <param name="key">In base64.</param>
    public BlobAuthorization(string account, string key, TimeProvider time)
    {
        var bytes = Convert.FromBase64String(key);
        _time = time;
        _authorize = (request, _) => ValueTask.FromResult(new AuthenticationHeaderValue("SharedKey", $"{account}:{SharedKeySignature.Of(request, account, bytes)}"));
    }

    public BlobAuthorization(TokenCredential credential, TimeProvider time)
    {
        _time = time;
        _authorize = async (_, cancellationToken) => new AuthenticationHeaderValue("Bearer", await GetTokenAsync(credential, cancellationToken).ConfigureAwait(false));
    }

    /// <summary>Completes a request that has all of its other headers.</summary>
    public async Task ApplyAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        request.Headers.Add("x-ms-date", _time.GetUtcNow().ToString("R", CultureInfo.InvariantCulture));
        request.Headers.Authorization = await _authorize(request, cancellationToken).ConfigureAwait(false);
    }

    private async Task<string> GetTokenAsync(TokenCredential credential, CancellationToken cancellationToken)
    {
        // Two that come at once both ask, and either answer will do.
        var token = _token;
        if (token is null || token.ExpiresOn <= _time.GetUtcNow() + TokenMargin)
        {
            var fresh = await credential.GetTokenAsync(Scope, cancellationToken).ConfigureAwait(false);
            _token = token = new CachedToken(fresh.Token, fresh.ExpiresOn);
        }

        return token.Text;
    }

    private sealed record CachedToken(string Text, DateTimeOffset ExpiresOn);
}
