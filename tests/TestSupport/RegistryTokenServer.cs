using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace MultiAgentInfra.TestSupport;

/// <summary>A token service that the real registry trusts (https://distribution.github.io/distribution/spec/auth/jwt/): anybody may pull,
/// and the registry's account may do everything.</summary>
public sealed class RegistryTokenServer : LoopbackServer
{
    private const string Service = "registry of a test";
    private const string Issuer = "token service of a test";

    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("tokens-");
    private string _certificate = "";

    /// <summary>Scopes and who asked for them: <c>anonymous</c>, or a user name.</summary>
    public ConcurrentQueue<string> Asked { get; } = new();

    /// <summary>What the registry is configured with.</summary>
    public RegistrySettings Settings => new()
    {
        Authentication = $"  token: {{ realm: \"{Address}/token\", service: {Service}, issuer: {Issuer}, rootcertbundle: {BundleFile} }}",
    };

    /// <summary>As the registry would write it.</summary>
    public string Challenge => $"Bearer realm=\"{Address}/token\",service=\"{Service}\"";

    private string BundleFile => Path.Combine(_folder.FullName, "bundle.pem");

    public static async Task<RegistryTokenServer> StartAsync()
    {
        var server = new RegistryTokenServer();
        server.CreateCertificate();
        await server.StartAsync(application => application.MapGet("/token", server.Answer));
        return server;
    }

    /// <summary>A token for scopes such as <c>repository:a/b:pull,push</c>.</summary>
    public string Issue(IEnumerable<string> scopes, bool mayPush)
    {
        var now = TimeProvider.System.GetUtcNow().ToUnixTimeSeconds();
        var access = scopes.Select(scope => scope.Split(':')).Where(parts => parts.Length == 3).Select(parts => new
        {
            type = parts[0],
            name = parts[1],
            actions = parts[2].Split(',').Where(action => mayPush || action == "pull"),
        });
        var header = new { typ = "JWT", alg = "ES256", x5c = new[] { _certificate } };
        var claims = new { iss = Issuer, sub = "test", aud = Service, exp = now + 300, nbf = now - 5, iat = now, jti = Guid.NewGuid().ToString("N"), access };
        var text = $"{Encode(header)}.{Encode(claims)}";
        return $"{text}.{Encode(_key.SignData(Encoding.ASCII.GetBytes(text), HashAlgorithmName.SHA256))}";
    }

    private IResult Answer(HttpRequest request)
    {
        var account = Convert.ToBase64String(Encoding.UTF8.GetBytes($"{RegistryProcess.Username}:{RegistryProcess.Password}"));
        var authorization = request.Headers.Authorization.ToString();
        var mayPush = authorization == $"Basic {account}";
        if (authorization.Length > 0 && !mayPush)
            return Results.Json(new { details = $"wrong: {authorization}" }, statusCode: StatusCodes.Status401Unauthorized);
        var scopes = request.Query["scope"].OfType<string>().ToArray();
        Asked.Enqueue($"{(mayPush ? RegistryProcess.Username : "anonymous")} {string.Join(' ', scopes)}");
        return Results.Json(new { token = Issue(scopes, mayPush), expires_in = 300 });
    }

    private void CreateCertificate()
    {
        var now = TimeProvider.System.GetUtcNow();
        var request = new CertificateRequest("CN=tokens of a test", _key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, false, 0, critical: true));
        using var certificate = request.CreateSelfSigned(now.AddDays(-1), now.AddDays(1));
        _certificate = Convert.ToBase64String(certificate.RawData);
        File.WriteAllText(BundleFile, certificate.ExportCertificatePem());
    }

    private static string Encode(object value) => Encode(JsonSerializer.SerializeToUtf8Bytes(value));

    private static string Encode(byte[] content) => Convert.ToBase64String(content).TrimEnd('=').Replace('+', '-').Replace('/', '_');
}
