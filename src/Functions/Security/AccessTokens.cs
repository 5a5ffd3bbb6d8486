using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace MultiAgentInfra.Functions.Security;

/// <summary>Checks access tokens of Supabase Auth: HS256 only, for users only.</summary>
public sealed class AccessTokens(SigningKey key, SupabaseOptions options, TimeProvider time)
{
    private const string Role = "authenticated";
    private const int LongestToken = 16 * 1024;
    private static readonly TimeSpan Skew = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan DevelopmentLifetime = TimeSpan.FromDays(30);

    private readonly JsonWebTokenHandler _handler = new() { MapInboundClaims = false, MaximumTokenSizeInBytes = LongestToken };

    /// <returns>The user, or null with the reason.</returns>
    public async Task<(Guid? Subject, string Reason)> ValidateAsync(string token)
    {
        var result = await _handler.ValidateTokenAsync(token, Parameters());
        if (!result.IsValid || result.SecurityToken is not JsonWebToken jwt)
            return (null, ReasonOf(result.Exception));
        if (!jwt.TryGetPayloadValue<string>("role", out var role) || role != Role)
            return (null, "The token is not that of a signed-in user");
        return Guid.TryParseExact(jwt.Subject, "D", out var subject) ? (subject, "") : (null, "The token's subject is no user");
    }

    /// <summary>A token for the one user of a development installation.</summary>
    public string IssueDevelopmentToken()
    {
        var now = time.GetUtcNow();
        return _handler.CreateToken(new SecurityTokenDescriptor
        {
            Audience = Role,
            Issuer = options.Issuer,
            IssuedAt = now.UtcDateTime,
            NotBefore = now.UtcDateTime,
            Expires = (now + DevelopmentLifetime).UtcDateTime,
            Claims = new Dictionary<string, object> { ["sub"] = key.DevelopmentSubject.ToString(), ["role"] = Role },
            SigningCredentials = new(new SymmetricSecurityKey(key.Bytes), SecurityAlgorithms.HmacSha256),
        });
    }

    private TokenValidationParameters Parameters() => new()
    {
        ValidAlgorithms = [SecurityAlgorithms.HmacSha256],
        IssuerSigningKey = new SymmetricSecurityKey(key.Bytes),
        RequireSignedTokens = true,
        RequireExpirationTime = true,
        ValidAudience = Role,
        ValidateIssuer = !string.IsNullOrEmpty(options.Issuer),
        ValidIssuer = options.Issuer,
        LifetimeValidator = (notBefore, expires, _, _) => IsCurrent(notBefore, expires),
    };

    private bool IsCurrent(DateTime? notBefore, DateTime? expires)
    {
        var now = time.GetUtcNow().UtcDateTime;
        return expires is not null && now < expires + Skew && (notBefore is null || notBefore <= now + Skew);
    }

    // The library's messages repeat parts of the token.
    private static string ReasonOf(Exception? exception) => exception switch
    {
        SecurityTokenInvalidLifetimeException or SecurityTokenExpiredException or SecurityTokenNotYetValidException => "The token has expired or is not valid yet",
        SecurityTokenInvalidAudienceException => "The token is for another audience",
        SecurityTokenInvalidIssuerException => "The token is from another issuer",
        SecurityTokenInvalidAlgorithmException or SecurityTokenSignatureKeyNotFoundException or SecurityTokenInvalidSignatureException => "The token's signature is not valid",
        _ => "The token is not valid",
    };
}
