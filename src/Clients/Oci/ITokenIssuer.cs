namespace MultiAgentInfra.Clients.Oci;

/// <summary>Gives tokens for what a registry's challenge asks.</summary>
internal interface ITokenIssuer
{
    /// <exception cref="ApiException">The service refuses, or answers something else.</exception>
    Task<RegistryToken> IssueAsync(RegistryChallenge challenge, IReadOnlyList<string> scopes, CancellationToken cancellationToken);
}
