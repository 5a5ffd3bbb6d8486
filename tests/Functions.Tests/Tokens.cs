using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.IdentityModel.Tokens;

namespace MultiAgentInfra.Functions.Tests;

/// <summary>Access tokens as Supabase Auth makes them, and ones that it would never make.</summary>
internal static class Tokens
{
    public const string Secret = "a secret of the tests that is long enough";
    public const string Issuer = "https://project.example/auth/v1";

    public static string Of(Guid subject) => Make(Claims(subject));

    public static Dictionary<string, object> Claims(object subject) => new()
    {
        ["iss"] = Issuer,
        ["sub"] = subject.ToString()!,
        ["aud"] = "authenticated",
        ["role"] = "authenticated",
        ["iat"] = Seconds(-60),
        ["exp"] = Seconds(3600),
    };

    public static Dictionary<string, object> With(this Dictionary<string, object> claims, string name, object value) => new(claims) { [name] = value };

    public static Dictionary<string, object> Without(this Dictionary<string, object> claims, string name) => new(claims.Where(claim => claim.Key != name));

    public static long Seconds(int fromNow) => TimeProvider.System.GetUtcNow().ToUnixTimeSeconds() + fromNow;

    public static string Make(object claims, string alg = "HS256", string secret = Secret)
    {
        var content = $"{Part(new { alg, typ = "JWT" })}.{Part(claims)}";
        var bytes = Encoding.UTF8.GetBytes(content);
        var key = Encoding.UTF8.GetBytes(secret);
        var signature = alg switch
        {
            "none" => [],
            "HS384" => HMACSHA384.HashData(key, bytes),
            "HS512" => HMACSHA512.HashData(key, bytes),
            _ => HMACSHA256.HashData(key, bytes),
        };
        return $"{content}.{Base64UrlEncoder.Encode(signature)}";
    }

    private static string Part(object value) => Base64UrlEncoder.Encode(JsonSerializer.SerializeToUtf8Bytes(value));
}
