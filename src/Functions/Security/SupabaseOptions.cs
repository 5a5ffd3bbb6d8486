namespace MultiAgentInfra.Functions.Security;

/// <summary>The Supabase project whose access tokens are accepted. Without a secret, a development key is used.</summary>
public sealed class SupabaseOptions
{
    public const string Section = "Supabase";
    public const int ShortestSecret = 32;

    /// <summary>The project's JWT secret; at least 32 bytes.</summary>
    public string? JwtSecret { get; set; }

    /// <summary>A file of mode 600 that holds the secret.</summary>
    public string? JwtSecretFile { get; set; }

    /// <summary>The <c>iss</c> that tokens must have, such as <c>https://PROJECT.supabase.co/auth/v1</c>; any when absent.</summary>
    public string? Issuer { get; set; }

    public bool IsConfigured => !string.IsNullOrEmpty(JwtSecret) || !string.IsNullOrEmpty(JwtSecretFile);
}
