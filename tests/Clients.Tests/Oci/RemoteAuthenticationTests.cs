using System.Net;
using System.Net.Http.Headers;
using Azure.Core;
using Microsoft.Extensions.Logging.Abstractions;
using MultiAgentInfra.Clients.Oci;
using MultiAgentInfra.TestSupport;

namespace MultiAgentInfra.Clients.Tests.Oci;

/// <summary>The real registry with a token service that it trusts.</summary>
[Trait("Needs", "Server")]
public sealed class RemoteAuthenticationTests : IAsyncLifetime
{
    private const string Repository = "team/app";

    private readonly FakeClock _clock = new();
    private RegistryTokenServer _tokens = null!;
    private RegistryProcess _process = null!;
    private FaultyRegistry _front = null!;

    private static CancellationToken None => CancellationToken.None;

    public async ValueTask InitializeAsync()
    {
        _tokens = await RegistryTokenServer.StartAsync();
        _process = await RegistryProcess.StartAsync(_tokens.Settings);
        _front = await FaultyRegistry.StartAsync(_process.Address);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var server in (IAsyncDisposable?[])[_front, _process, _tokens])
        {
            if (server is not null)
                await server.DisposeAsync();
        }
    }

    [Fact]
    public async Task A_token_is_asked_for_once_for_each_scope_and_renewed_before_it_expires()
    {
        using var registry = Connect();
        await PushAsync(registry, "a");
        await PushAsync(registry, "b");
        Assert.Equal([$"pusher repository:{Repository}:pull,push"], _tokens.Asked);

        _clock.Advance(TimeSpan.FromSeconds(200));
        await PushAsync(registry, "c");
        Assert.Single(_tokens.Asked);

        _clock.Advance(TimeSpan.FromSeconds(50));
        await PushAsync(registry, "d");
        Assert.Equal(2, _tokens.Asked.Count);
    }

    [Fact]
    public async Task Many_calls_at_the_same_time_share_a_token()
    {
        using var registry = Connect();

        await Task.WhenAll(Enumerable.Range(0, 16).Select(i => Task.Run(() => registry.ResolveAsync(Repository, $"v{i}", None))));

        Assert.Equal([$"pusher repository:{Repository}:pull"], _tokens.Asked);
    }

    [Fact]
    public async Task A_token_that_the_registry_no_longer_accepts_is_replaced_once()
    {
        using var registry = Connect();
        var image = await PushAsync(registry, "a");
        var refusal = new RegistryFault("HEAD", "/manifests/") { Status = 401, Headers = new Dictionary<string, string> { ["WWW-Authenticate"] = _tokens.Challenge } };

        _front.Fail(refusal);
        Assert.Equal(image, await registry.ResolveAsync(Repository, "a", None));
        _front.Fail(refusal with { Times = int.MaxValue });
        var before = _tokens.Asked.Count;
        Assert.Equal(HttpStatusCode.Unauthorized, (await Assert.ThrowsAsync<ApiException>(() => registry.ResolveAsync(Repository, "a", None))).Status);
        Assert.Equal(before + 1, _tokens.Asked.Count);
    }

    [Fact]
    public async Task Without_an_account_one_may_pull_and_is_told_that_one_may_not_push()
    {
        using (var registry = Connect())
            await PushAsync(registry, "a");
        using var anonymous = Connect(null);

        Assert.NotNull(await anonymous.ResolveAsync(Repository, "a", None));
        var exception = await Assert.ThrowsAsync<ApiException>(() => PushAsync(anonymous, "b"));

        Assert.Equal(HttpStatusCode.Unauthorized, exception.Status);
        Assert.Contains("UNAUTHORIZED: authentication required", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_wrong_password_is_a_clear_error_that_does_not_repeat_it()
    {
        using var registry = Connect("wrong-canary");

        var exception = await Assert.ThrowsAsync<ApiException>(() => registry.ResolveAsync(Repository, "a", None));

        Assert.EndsWith($"GET {_tokens.Address}/token answered 401 Unauthorized: the token service gives no token", exception.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("canary", exception.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_pull_credential_is_a_token_that_can_pull_from_its_repository_and_nothing_else()
    {
        using var registry = Connect();
        await PushAsync(registry, "a");

        var credential = await registry.GetPullCredentialAsync(Repository, None);

        Assert.Equal(new(new Uri(_front.Address).Authority, null, null, credential.Token, _clock.GetUtcNow() + TimeSpan.FromSeconds(300)), credential);
        Assert.DoesNotContain(credential.Token!, credential.ToString(), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, await CallAsync(HttpMethod.Get, $"/v2/{Repository}/tags/list", credential.Token!));
        Assert.Equal(HttpStatusCode.Unauthorized, await CallAsync(HttpMethod.Post, $"/v2/{Repository}/blobs/uploads/", credential.Token!));
        Assert.Equal(HttpStatusCode.Unauthorized, await CallAsync(HttpMethod.Get, "/v2/team/other/tags/list", credential.Token!));
    }

    [Theory]
    [InlineData("http://192.0.2.7/token")]
    [InlineData("ftp://127.0.0.1/token")]
    public async Task Credentials_do_not_go_in_the_clear_to_a_realm_on_another_machine(string realm)
    {
        using var registry = Connect();
        _front.Fail(new("HEAD", "/manifests/") { Status = 401, Headers = new Dictionary<string, string> { ["WWW-Authenticate"] = $"Bearer realm=\"{realm}\"" } });

        var exception = await Assert.ThrowsAsync<ApiException>(() => registry.ResolveAsync(Repository, "a", None));

        Assert.Contains("plain HTTP is not permitted there", exception.Message, StringComparison.Ordinal);
        Assert.Empty(_tokens.Asked);
    }

    [Fact]
    public async Task An_identity_of_Azure_is_exchanged_for_the_registrys_own_tokens()
    {
        var access = _tokens.Issue([$"repository:{Repository}:pull,push"], mayPush: true);
        _front.Fail(new("POST", "/oauth2/exchange") { Status = 200, Body = """{"refresh_token":"the-refresh-token"}""", Times = int.MaxValue });
        _front.Fail(new("POST", "/oauth2/token") { Status = 200, Body = $$"""{"access_token":"{{access}}"}""", Times = int.MaxValue });
        using var registry = new RemoteRegistry(
            new() { Address = _front.Address }, _process.PathOf("uploads"), _clock, NullLogger<RemoteRegistry>.Instance, new EntraIdentity());

        var image = await PushAsync(registry, "a");

        Assert.Equal(image, await registry.ResolveAsync(Repository, "a", None));
        Assert.Empty(_tokens.Asked);
        Assert.Equal(
            [
                "grant_type=access_token&service=127.0.0.1&access_token=the-entra-token",
                $"grant_type=refresh_token&service=127.0.0.1&scope={Uri.EscapeDataString($"repository:{Repository}:pull,push")}&refresh_token=the-refresh-token",
                $"grant_type=refresh_token&service=127.0.0.1&scope={Uri.EscapeDataString($"repository:{Repository}:pull")}&refresh_token=the-refresh-token",
            ],
            _front.Bodies);
    }

    private RemoteRegistry Connect(string? password = RegistryProcess.Password) => new(
        new() { Address = _front.Address, Username = password is null ? null : RegistryProcess.Username, Password = password },
        _process.PathOf("uploads"),
        _clock,
        NullLogger<RemoteRegistry>.Instance);

    private async Task<HttpStatusCode> CallAsync(HttpMethod method, string path, string token)
    {
        using var http = new HttpClient();
        using var message = new HttpRequestMessage(method, _process.Address + path);
        message.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        using var response = await http.SendAsync(message, None);
        return response.StatusCode;
    }

    private static async Task<Descriptor> PushAsync(RemoteRegistry registry, string tag)
    {
        var config = await registry.PutBlobAsync(Repository, Guid.NewGuid().ToByteArray(), MediaTypes.Config, None);
        return await registry.PutManifestAsync(Repository, OciJson.Write(new OciManifest(2, MediaTypes.Manifest, config, [])), MediaTypes.Manifest, tag, None);
    }

    private sealed class EntraIdentity : TokenCredential
    {
        public override AccessToken GetToken(TokenRequestContext requestContext, CancellationToken cancellationToken) => throw new NotSupportedException();

        public override ValueTask<AccessToken> GetTokenAsync(TokenRequestContext requestContext, CancellationToken cancellationToken)
        {
            Assert.Equal(["https://containerregistry.azure.net/.default"], requestContext.Scopes);
            return new(new AccessToken("the-entra-token", DateTimeOffset.MaxValue));
        }
    }
}
