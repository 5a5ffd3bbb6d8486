using System.Net;
using System.Net.Http.Json;
using System.Security.Cryptography;
using Azure.Core;
using Azure.Core.Pipeline;

namespace MultiAgentInfra.Clients.Tests.Keys;

/// <summary>A Key Vault in the place of the SDK's connection: it asks for a token first, and fails on what it does not know
/// (https://learn.microsoft.com/azure/key-vault/general/authentication-requests-and-responses).</summary>
internal sealed class FakeKeyVault : HttpMessageHandler
{
    public const string Token = "canary-access-token";

    /// <summary>Another one each time, because the SDK remembers for each address how to sign in.</summary>
    public Uri Address { get; } = new($"https://images-{Guid.NewGuid():N}.vault.azure.net");

    public Dictionary<string, string> Secrets { get; } = [];

    /// <summary>Instead of an answer.</summary>
    public HttpStatusCode? Failure { get; set; }

    public List<string> Unknown { get; } = [];

    public int Challenges { get; private set; }

    public HttpPipelineTransport Transport => new HttpClientTransport(new HttpClient(this, disposeHandler: false));

    public static string NewPem()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        return key.ExportPkcs8PrivateKeyPem() + "\n";
    }

    protected override HttpResponseMessage Send(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        if (request.Headers.Authorization is null)
        {
            Challenges++;
            var challenge = new HttpResponseMessage(HttpStatusCode.Unauthorized);
            challenge.Headers.WwwAuthenticate.ParseAdd("Bearer authorization=\"https://login.microsoftonline.com/tenant\", resource=\"https://vault.azure.net\"");
            return challenge;
        }

        if (Failure is { } failure)
            return Json(failure, new { error = new { code = failure.ToString(), message = "The vault says no." } });
        if (request.Headers.Authorization is not { Scheme: "Bearer", Parameter: Token })
            return Json(HttpStatusCode.Unauthorized, new { error = new { code = "Unauthorized", message = "Another token." } });

        var parts = request.RequestUri!.AbsolutePath.Trim('/').Split('/');
        if (request.Method != HttpMethod.Get || parts is not ["secrets", var name] || !request.RequestUri.Query.StartsWith("?api-version=", StringComparison.Ordinal))
        {
            Unknown.Add($"{request.Method} {request.RequestUri.PathAndQuery}");
            return new HttpResponseMessage(HttpStatusCode.BadRequest);
        }

        return Secrets.TryGetValue(name, out var value)
            ? Json(HttpStatusCode.OK, new { value, id = $"{Address}secrets/{name}/1", attributes = new { enabled = true } })
            : Json(HttpStatusCode.NotFound, new { error = new { code = "SecretNotFound", message = $"A secret with (name/id) {name} was not found in this key vault." } });
    }

    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
        Task.FromResult(Send(request, cancellationToken));

    private static HttpResponseMessage Json(HttpStatusCode status, object body) => new(status) { Content = JsonContent.Create(body) };

    /// <summary>A sign-in that succeeds, or fails.</summary>
    internal sealed class Credential(Exception? failure = null) : TokenCredential
    {
        public override AccessToken GetToken(TokenRequestContext requestContext, CancellationToken cancellationToken) =>
            failure is null ? new(Token, DateTimeOffset.MaxValue) : throw failure;

        public override ValueTask<AccessToken> GetTokenAsync(TokenRequestContext requestContext, CancellationToken cancellationToken) =>
            new(GetToken(requestContext, cancellationToken));
    }
}
