namespace MultiAgentInfra.Clients.Oci;

/// <summary>The token service of the Docker registry protocol, asked anonymously or with an account
/// (https://distribution.github.io/distribution/spec/auth/token/#requesting-a-token).</summary>
internal sealed class RegistryTokenIssuer(RegistryConnection connection, RegistryAccount? account, TimeProvider time) : ITokenIssuer
{
    // What the protocol says of an answer that does not say it.
    private static readonly TimeSpan DefaultLifetime = TimeSpan.FromSeconds(60);

    public async Task<RegistryToken> IssueAsync(RegistryChallenge challenge, IReadOnlyList<string> scopes, CancellationToken cancellationToken)
    {
        var query = scopes.Select(scope => $"scope={Uri.EscapeDataString(scope)}");
        if (challenge.Service is not null)
            query = query.Prepend($"service={Uri.EscapeDataString(challenge.Service)}");
        var realm = challenge.Realm!;
        var url = new UriBuilder(realm) { Query = string.Join('&', query.Prepend(realm.Query.TrimStart('?')).Where(part => part.Length > 0)) }.Uri;
        using var message = new HttpRequestMessage(HttpMethod.Get, url);
        message.Headers.Authorization = account?.Header;
        var asked = time.GetUtcNow();
        var answer = await TokenAnswer.AskAsync(connection, message, cancellationToken);
        var value = string.IsNullOrEmpty(answer.Token) ? answer.AccessToken : answer.Token;
        if (string.IsNullOrEmpty(value))
            throw RegistryConnection.Failure(message.Method, url, null, "the token service answers no token");
        return new(value, asked, answer.ExpiresIn is > 0 and < 1e7 ? TimeSpan.FromSeconds(answer.ExpiresIn.Value) : DefaultLifetime);
    }
}
