namespace MultiAgentInfra.Clients.Oci;

/// <summary>Lets a scanner or an engine pull from one repository of a registry: with a token, with an account, or with neither.</summary>
/// <param name="Registry">The host, and the port unless it is the scheme's own.</param>
/// <param name="Token">Good for pulling from that repository and nothing else, until <paramref name="ExpiresAt"/>.</param>
public sealed record PullCredential(string Registry, string? Username, string? Password, string? Token, DateTimeOffset? ExpiresAt)
{
    // A record prints what it holds.
    public override string ToString() => $"{nameof(PullCredential)} for {Registry}";
}
