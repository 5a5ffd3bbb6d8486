namespace MultiAgentInfra.Clients.Oci;

/// <summary>What a token service gave, and until when it is good. No record, because a record prints what it holds.</summary>
internal sealed class RegistryToken(string value, DateTimeOffset issuedAt, TimeSpan lifetime)
{
    // A quarter of a short life, so that a token of one minute is used at all.
    private readonly TimeSpan _margin = lifetime / 4 < TimeSpan.FromMinutes(1) ? lifetime / 4 : TimeSpan.FromMinutes(1);

    public string Value => value;

    public DateTimeOffset ExpiresAt => issuedAt + lifetime;

    public bool IsFresh(DateTimeOffset now) => now < ExpiresAt - _margin;
}
