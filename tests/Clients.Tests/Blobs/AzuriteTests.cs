using System.Net;
using System.Security.Cryptography;
using MultiAgentInfra.Clients.Artifacts;
using MultiAgentInfra.Clients.Blobs;
using MultiAgentInfra.Clients.Tests.Artifacts;
using MultiAgentInfra.TestSupport;

namespace MultiAgentInfra.Clients.Tests.Blobs;

public sealed class AzuriteFixture : IAsyncDisposable
{
    private AzuriteServer? _server;

    // Not when the class begins: a fixture cannot skip.
    public async Task<AzuriteServer> OpenAsync() => _server ??= await AzuriteServer.StartAsync();

    public ValueTask DisposeAsync() => _server?.DisposeAsync() ?? ValueTask.CompletedTask;
}

/// <summary>The blob store against the real emulator, with the account's key; each test has a container of its own, which is not there yet.</summary>
[Trait("Needs", "Server")]
public sealed class AzuriteTests(AzuriteFixture azurite) : ArtifactStoreSuite, IClassFixture<AzuriteFixture>, IAsyncLifetime
{
    private string _container = "";
    private BlobArtifactStore _store = null!;

    public async ValueTask InitializeAsync()
    {
        _container = $"{(await azurite.OpenAsync()).Address}/c{Guid.NewGuid():N}";
        _store = Open(AzuriteServer.Key);
    }

    protected override IArtifactStore Store => _store;

    [Fact]
    public async Task A_blob_has_its_media_type_and_its_checksum_and_the_container_is_private()
    {
        await _store.PutAsync("small.log", "text/plain; charset=utf-8", new MemoryStream([1, 2, 3]), Token);
        var large = RandomNumberGenerator.GetBytes(BlobArtifactStore.BlockBytes + 1);
        await _store.PutAsync("large.json", "application/json", new MemoryStream(large), Token);

        foreach (var (name, type, content) in new[] { ("small.log", "text/plain; charset=utf-8", [1, 2, 3]), ("large.json", "application/json", large) })
        {
            using var http = new HttpClient();
            using var request = new HttpRequestMessage(HttpMethod.Head, $"{_container}/{name}");
            request.Headers.Add("x-ms-version", BlobClient.Version);
            await new BlobAuthorization(AzuriteServer.Account, AzuriteServer.Key, TimeProvider.System).ApplyAsync(request, Token);
            using var response = await http.SendAsync(request, Token);
            Assert.Equal(type, response.Content.Headers.ContentType!.ToString());
            Assert.Equal(BlobChecksum.Of(content), response.Content.Headers.ContentMD5);
            Assert.Equal(HttpStatusCode.Forbidden, (await http.GetAsync(new Uri($"{_container}/{name}"), Token)).StatusCode);
        }
    }

    [Fact]
    public async Task Another_key_is_refused_in_the_words_of_the_server_and_without_the_key()
    {
        var canary = Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes("canary-another-account-key"));
        using var stranger = Open(canary);

        var exception = await Assert.ThrowsAsync<ApiException>(() => stranger.PutAsync("a.log", "text/plain", new MemoryStream([1]), Token));

        Assert.Equal(HttpStatusCode.Forbidden, exception.Status);
        Assert.Contains("AuthorizationFailure: Server failed to authenticate the request.", exception.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(canary, exception.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Many_that_come_first_at_the_same_time_make_one_container()
    {
        await Task.WhenAll(Enumerable.Range(0, 10).Select(number => _store.PutAsync($"{number}.log", "text/plain", new MemoryStream([(byte)number]), Token)));

        for (var number = 0; number < 10; number++)
        {
            await using var content = (await _store.OpenAsync($"{number}.log", Token))!;
            var bytes = new byte[2];
            Assert.Equal((1, number), (await content.ReadAtLeastAsync(bytes, 2, throwOnEndOfStream: false, Token), bytes[0]));
        }
    }

    public ValueTask DisposeAsync()
    {
        _store?.Dispose();
        return ValueTask.CompletedTask;
    }

    private BlobArtifactStore Open(string key) => BlobArtifactStore.Create(
        new BlobOptions { Container = _container, AccountName = AzuriteServer.Account, AccountKey = key }, TimeProvider.System);
}
