using System.Collections.Concurrent;
using System.Net.Http.Headers;

namespace MultiAgentInfra.Clients.Oci;

/// <summary>Remembers how the registry wants to be asked, and the tokens that it accepts, one for each set of scopes.</summary>
internal sealed class RegistryAuthentication(ITokenIssuer issuer, RegistryAccount? account, RegistryRetry retry, TimeProvider time)
{
    private const int MostTokens = 1000;

    private readonly ConcurrentDictionary<string, Lazy<Task<RegistryToken>>> _tokens = new(StringComparer.Ordinal);
    private volatile RegistryChallenge? _challenge;

    /// <summary>What the next call shows; null as long as the registry has asked for nothing, or when there is nothing to show.</summary>
    public async ValueTask<AuthenticationHeaderValue?> AuthorizeAsync(string[] scopes, CancellationToken cancellationToken)
    {
        if (_challenge is not { } challenge)
            return null;
        if (!challenge.IsBearer)
            return account?.Header;
        var token = await GetTokenAsync(challenge, string.Join(' ', scopes), scopes, null, cancellationToken);
        return new("Bearer", token.Value);
    }

    /// <summary>Learns from a refusal.</summary>
    /// <param name="shown">What the refused call showed.</param>
    /// <returns>What to show when the call is repeated; null when nothing will help.</returns>
    public async Task<AuthenticationHeaderValue?> LearnAsync(
        HttpHeaderValueCollection<AuthenticationHeaderValue> offers, AuthenticationHeaderValue? shown, string[] scopes, CancellationToken cancellationToken)
    {
        if (RegistryChallenge.Choose(offers) is not { } challenge)
            return null;
        _challenge = challenge;
        if (!challenge.IsBearer)
            return shown is null ? account?.Header : null;
        var wanted = scopes.Union(challenge.Scopes).ToArray();
        var token = await GetTokenAsync(challenge, string.Join(' ', scopes), wanted, shown?.Parameter, cancellationToken);
        return new("Bearer", token.Value);
    }

    /// <summary>Whether the registry has a token service; known when it was asked for anything.</summary>
    public bool HasTokens => _challenge is { IsBearer: true };

    /// <summary>A new token for one scope, with its whole life before it.</summary>
    /// <param name="by">Asks for somebody else than the usual account.</param>
    public Task<RegistryToken> IssueAsync(ITokenIssuer? by, string scope, CancellationToken cancellationToken) => retry.RunAsync(
        () => (by ?? issuer).IssueAsync(_challenge!, [scope], cancellationToken), cancellationToken);

    /// <summary>Takes out what a registry, or a proxy before it, may repeat of what it was shown.</summary>
    public string Redact(string words, AuthenticationHeaderValue? shown)
    {
        foreach (var secret in (string?[])[shown?.Parameter, account?.Header.Parameter, account?.Password])
        {
            if (!string.IsNullOrEmpty(secret))
                words = words.Replace(secret, "***", StringComparison.Ordinal);
        }

        return words;
    }

    // One request for all that need the token at the same time; none of them may cancel it for the others.
    private async Task<RegistryToken> GetTokenAsync(
        RegistryChallenge challenge, string key, string[] scopes, string? refused, CancellationToken cancellationToken)
    {
        for (var isRenewed = false; ; isRenewed = true)
        {
            if (_tokens.Count >= MostTokens)
                _tokens.Clear();
            var pending = _tokens.GetOrAdd(key, _ => new(() => retry.RunAsync(
                () => issuer.IssueAsync(challenge, scopes, CancellationToken.None), CancellationToken.None)));
            try
            {
                var token = await pending.Value.WaitAsync(cancellationToken);
                if (isRenewed || (token.Value != refused && token.IsFresh(time.GetUtcNow())))
                    return token;
            }
            catch
            {
                if (pending.Value.IsCompleted)
                    _tokens.TryRemove(new(key, pending));
                throw;
            }

            _tokens.TryRemove(new(key, pending));
        }
    }
}
