using System.Security.Cryptography;
using System.Text;

namespace MultiAgentInfra.Functions.Security;

/// <summary>The secret that signs access tokens: the Supabase project's, or this installation's own for development.</summary>
public sealed class SigningKey
{
    private SigningKey(byte[] bytes, bool isDevelopment)
    {
        Bytes = bytes;
        IsDevelopment = isDevelopment;
    }

    public byte[] Bytes { get; }

    /// <summary>True when no authentication is configured.</summary>
    public bool IsDevelopment { get; }

    /// <summary>The one user of a development installation; the same for as long as the key is.</summary>
    public Guid DevelopmentSubject => new(HMACSHA256.HashData(Bytes, "development subject"u8)[..16]);

    public static SigningKey Configured(SupabaseOptions options) =>
        new(Encoding.UTF8.GetBytes(string.IsNullOrEmpty(options.JwtSecret) ? File.ReadAllText(options.JwtSecretFile!).Trim() : options.JwtSecret), isDevelopment: false);

    public static SigningKey Development(byte[] key) => new(key, isDevelopment: true);
}
