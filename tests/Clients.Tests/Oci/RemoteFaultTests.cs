using System.Net;
using MultiAgentInfra.Clients.Oci;
using MultiAgentInfra.TestSupport;

namespace MultiAgentInfra.Clients.Tests.Oci;

/// <summary>A registry that fails in each way that one can: the call ends in success after a while, or in an error that says what
/// happened, and nothing that was half pushed can be resolved.</summary>
[Trait("Needs", "Server")]
public sealed class RemoteFaultTests(RunningRegistry.Open running) : IClassFixture<RunningRegistry.Open>, IAsyncLifetime
{
    private readonly string _repository = $"a{Guid.NewGuid():N}";
    private readonly SwiftClock _clock = new();
    private FaultyRegistry _faulty = null!;
    private RemoteRegistry _registry = null!;

    private static CancellationToken None => CancellationToken.None;

    public async ValueTask InitializeAsync()
    {
        _faulty = await FaultyRegistry.StartAsync((await running.OpenAsync()).Name);
        _registry = running.Connect(_faulty.Address, _clock);
    }

    public async ValueTask DisposeAsync()
    {
        _registry?.Dispose();
        if (_faulty is not null)
            await _faulty.DisposeAsync();
    }

    public static TheoryData<string, string> EveryCallOfAPush => new()
    {
        { "POST", "/blobs/uploads/" },
        { "PUT", "/blobs/uploads/" },
        { "PUT", "/manifests/" },
    };

    [Theory]
    [MemberData(nameof(EveryCallOfAPush))]
    public async Task A_push_outlives_what_passes(string method, string path)
    {
        foreach (var status in (int[])[408, 429, 500, 502, 503, 504])
        {
            _faulty.Fail(new(method, path) { Status = status, Times = 2 });

            var image = await PushAsync($"after-{status}");

            Assert.Equal(image, await _registry.ResolveAsync(_repository, $"after-{status}", None));
        }
    }

    [Theory]
    [MemberData(nameof(EveryCallOfAPush))]
    public async Task A_push_says_what_the_registry_refused(string method, string path)
    {
        foreach (var status in (int[])[401, 403, 413, 500])
        {
            _faulty.Fail(new(method, path) { Status = status, Times = int.MaxValue });

            var exception = await Assert.ThrowsAsync<ApiException>(() => PushAsync("refused"));

            Assert.Equal((HttpStatusCode)status, exception.Status);
            Assert.Contains($"{method} {_faulty.Address}/v2/{_repository}{path}", exception.Message, StringComparison.Ordinal);
            Assert.Contains($"answered {status} ", exception.Message, StringComparison.Ordinal);
            Assert.EndsWith($"FAULT_{status}: a test wants it", exception.Message, StringComparison.Ordinal);
            Assert.DoesNotContain("?", exception.Message, StringComparison.Ordinal);
            _faulty.Heal();
            Assert.Null(await _registry.ResolveAsync(_repository, "refused", None));
        }
    }

    [Theory]
    [MemberData(nameof(EveryCallOfAPush))]
    public async Task A_push_outlives_an_answer_that_is_lost(string method, string path)
    {
        _faulty.Fail(new(method, path) { LoseAnswer = true, Times = 2 });

        var image = await PushAsync("v1");

        Assert.Equal(image, await _registry.ResolveAsync(_repository, "v1", None));
    }

    [Fact]
    public async Task The_registry_says_how_long_to_wait_and_gets_no_call_before()
    {
        _faulty.Fail(new("PUT", "/manifests/") { Status = 429, Headers = new Dictionary<string, string> { ["Retry-After"] = "7" } });
        await PushAsync("v1");
        Assert.Contains(TimeSpan.FromSeconds(7), _clock.Waits);

        _faulty.Fail(new("PUT", "/manifests/") { Status = 429, Headers = new Dictionary<string, string> { ["Retry-After"] = "3600" } });
        Assert.Equal(HttpStatusCode.TooManyRequests, (await Assert.ThrowsAsync<ApiException>(() => PushAsync("v2"))).Status);
    }

    [Theory]
    [InlineData("PUT", "/manifests/")]
    [InlineData("POST", "/blobs/uploads/")]
    public async Task A_repository_that_is_not_there_is_a_clear_error(string method, string path)
    {
        _faulty.Fail(new(method, path) { Status = 404, Body = """{"errors":[{"code":"NAME_UNKNOWN","message":"no such repository","detail":{}}]}""" });

        var exception = await Assert.ThrowsAsync<ApiException>(() => PushAsync("v1"));

        Assert.EndsWith("answered 404 NotFound: NAME_UNKNOWN: no such repository", exception.Message, StringComparison.Ordinal);
        Assert.Null(await _registry.ResolveAsync(_repository, "v1", None));
    }

    [Fact]
    public async Task A_manifest_that_another_digest_is_stored_for_is_a_clear_error()
    {
        _faulty.Fail(new("PUT", "/manifests/") { Headers = new Dictionary<string, string> { ["Docker-Content-Digest"] = $"sha256:{new string('0', 64)}" } });

        var exception = await Assert.ThrowsAsync<ApiException>(() => PushAsync("v1"));

        Assert.Contains($"was sent and sha256:{new string('0', 64)} was stored", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Damaged_content_is_never_handed_on()
    {
        var image = await PushAsync("v1");
        var config = (await _registry.GetManifestAsync(_repository, image.Digest, None)).ReadImage().Config;

        _faulty.Fail(new("GET", "/manifests/") { Damage = true });
        await Assert.ThrowsAsync<InvalidDataException>(() => _registry.GetManifestAsync(_repository, image.Digest, None));
        _faulty.Fail(new("GET", "/blobs/") { Damage = true });
        await Assert.ThrowsAsync<InvalidDataException>(() => ReadAsync(config));
        _faulty.Fail(new("HEAD", "/manifests/") { Headers = new Dictionary<string, string> { ["Docker-Content-Digest"] = $"sha256:{new string('0', 64)}" } });
        await Assert.ThrowsAsync<InvalidDataException>(() => _registry.ResolveAsync(_repository, image.Digest.Value, None));
    }

    [Fact]
    public async Task A_body_that_breaks_off_is_read_to_its_end()
    {
        var image = await PushAsync("v1");
        var content = new byte[300_000];
        new Random(2).NextBytes(content);
        var blob = await _registry.PutBlobAsync(_repository, content, MediaTypes.Layer, None);

        _faulty.Fail(new("GET", "/manifests/") { CutAnswerAt = 20, Times = 2 });
        Assert.Equal(image, (await _registry.GetManifestAsync(_repository, image.Digest, None)).Descriptor);
        foreach (var tenth in Enumerable.Range(0, 10))
        {
            _faulty.Fail(new("GET", "/blobs/") { CutAnswerAt = tenth * content.Length / 10 });
            Assert.Equal(content, await ReadAsync(blob));
        }
    }

    [Fact]
    public async Task A_body_without_end_is_given_up()
    {
        var image = await PushAsync("v1");
        var config = (await _registry.GetManifestAsync(_repository, image.Digest, None)).ReadImage().Config;

        _faulty.Fail(new("GET", "/manifests/") { Endless = true });
        Assert.Contains("more than", (await Assert.ThrowsAsync<ApiException>(() => _registry.GetManifestAsync(_repository, image.Digest, None))).Message, StringComparison.Ordinal);
        _faulty.Fail(new("GET", "/blobs/") { Endless = true });
        await Assert.ThrowsAsync<InvalidDataException>(() => ReadAsync(config));
        _faulty.Fail(new("GET", "/tags/") { Endless = true });
        await Assert.ThrowsAsync<ApiException>(() => _registry.ListTagsAsync(_repository, None).ToListAsync().AsTask());
    }

    [Fact]
    public async Task A_registry_that_does_not_answer_is_given_up()
    {
        var clock = new FakeClock();
        using var registry = running.Connect(_faulty.Address, clock);
        _faulty.Fail(new("HEAD", "/manifests/") { Silent = true, Times = int.MaxValue });

        var resolving = registry.ResolveAsync(_repository, "v1", None);
        await Wait.UntilAsync("the end of its patience", TimeSpan.FromSeconds(30), () =>
        {
            clock.Advance(TimeSpan.FromSeconds(61));
            return Task.FromResult(resolving.IsCompleted);
        });

        Assert.EndsWith("no answer within 60 s", (await Assert.ThrowsAsync<ApiException>(() => resolving)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_registry_that_is_gone_is_a_clear_error()
    {
        await _faulty.DisposeAsync();

        var exception = await Assert.ThrowsAsync<ApiException>(() => _registry.ResolveAsync(_repository, "v1", None));

        Assert.Contains($"HEAD {_faulty.Address}/v2/{_repository}/manifests/v1 was not answered: Connection refused", exception.Message, StringComparison.Ordinal);
    }

    private async Task<Descriptor> PushAsync(string tag)
    {
        // Another one each time, because what is known to be there is not sent.
        var config = await _registry.PutBlobAsync(_repository, Guid.NewGuid().ToByteArray(), MediaTypes.Config, None);
        return await _registry.PutManifestAsync(_repository, OciJson.Write(new OciManifest(2, MediaTypes.Manifest, config, [])), MediaTypes.Manifest, tag, None);
    }

    private async Task<byte[]> ReadAsync(Descriptor blob)
    {
        await using var stream = await _registry.OpenBlobAsync(_repository, blob, None);
        using var content = new MemoryStream();
        await stream.CopyToAsync(content);
        return content.ToArray();
    }
}
