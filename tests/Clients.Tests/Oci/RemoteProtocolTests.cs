using MultiAgentInfra.Clients.Oci;
using MultiAgentInfra.Core.Images;
using MultiAgentInfra.TestSupport;

namespace MultiAgentInfra.Clients.Tests.Oci;

/// <summary>What the specification lets registries do and the real one does not: its answers are changed on the way.</summary>
[Trait("Needs", "Server")]
public sealed class RemoteProtocolTests(RunningRegistry.Open running) : IClassFixture<RunningRegistry.Open>, IAsyncLifetime
{
    private readonly string _repository = $"a{Guid.NewGuid():N}";
    private FaultyRegistry _front = null!;
    private RemoteRegistry _registry = null!;

    private static CancellationToken None => CancellationToken.None;

    public async ValueTask InitializeAsync()
    {
        _front = await FaultyRegistry.StartAsync((await running.OpenAsync()).Name);
        _registry = running.Connect(_front.Address, new SwiftClock());
    }

    public async ValueTask DisposeAsync()
    {
        _registry?.Dispose();
        if (_front is not null)
            await _front.DisposeAsync();
    }

    [Fact]
    public async Task Tags_are_read_page_by_page()
    {
        Answer("/tags/list?n=1000", """{"name":"x","tags":["a","b"]}""", ("Link", $"</v2/{_repository}/tags/list?n=2&last=b>; rel=\"next\""));
        Answer("last=b", """{"name":"x","tags":["c"]}""", ("Link", $"<{_front.Address}/v2/{_repository}/tags/list?n=2&last=c>; rel=next"));
        Answer("last=c", """{"name":"x","tags":null}""");

        Assert.Equal(["a", "b", "c"], await _registry.ListTagsAsync(_repository, None).ToListAsync());
    }

    [Fact]
    public async Task Pages_that_lead_in_a_circle_or_to_another_host_end()
    {
        Answer("/tags/list", """{"name":"x","tags":["a"]}""", ("Link", $"</v2/{_repository}/tags/list?n=1000>; rel=\"next\""));
        Assert.Equal(["a"], await _registry.ListTagsAsync(_repository, None).ToListAsync());

        _front.Heal();
        Answer("/tags/list", """{"name":"x","tags":["a"]}""", ("Link", "<http://127.0.0.2:9/v2/x/tags/list>; rel=\"next\""));
        await Assert.ThrowsAsync<ApiException>(() => _registry.ListTagsAsync(_repository, None).ToListAsync().AsTask());
    }

    [Fact]
    public async Task A_registry_that_keeps_count_of_referrers_needs_no_tag()
    {
        var image = await PushAsync(_registry, "v1", null);
        _front.Fail(new("PUT", "/manifests/sha256:") { Headers = new Dictionary<string, string> { ["OCI-Subject"] = image.Digest.Value } });
        var referrer = new OciManifest(2, MediaTypes.Manifest, image with { MediaType = MediaTypes.Config }, []) { Subject = image, ArtifactType = "application/x" };
        var config = await _registry.PutBlobAsync(_repository, "{}"u8.ToArray(), MediaTypes.Config, None);

        var stored = await _registry.PutReferrersAsync(_repository, image.Digest, [referrer with { Config = config }], None);

        Assert.Null(await _registry.ResolveAsync(_repository, RegistryRoutes.FallbackTag(image.Digest), None));
        var list = System.Text.Encoding.UTF8.GetString(OciJson.Write(new OciIndex(2, MediaTypes.Index, stored)));
        Answer($"/referrers/{image.Digest}", list, ("Link", $"</v2/{_repository}/referrers/more>; rel=\"next\""));
        Answer("/referrers/more", list);
        Assert.Equal([stored[0].Digest, stored[0].Digest], (await _registry.ListReferrersAsync(_repository, image.Digest, None)).Select(entry => entry.Digest));
    }

    [Fact]
    public async Task A_list_of_referrers_that_another_process_replaced_is_written_again()
    {
        var image = await PushAsync(_registry, "v1", null);
        var direct = (RemoteRegistry)await running.OpenAsync();
        var theirs = await PushAsync(direct, "theirs", image);
        var tag = RegistryRoutes.FallbackTag(image.Digest);
        var mine = new OciManifest(2, MediaTypes.Manifest, await _registry.PutBlobAsync(_repository, "{}"u8.ToArray(), MediaTypes.Config, None), []) { Subject = image, ArtifactType = "application/x" };
        _front.Fail(new("PUT", $"/manifests/{tag}")
        {
            // They read before we wrote, and write after it.
            Then = async () => await direct.PutManifestAsync(_repository, OciJson.Write(new OciIndex(2, MediaTypes.Index, [theirs])), MediaTypes.Index, tag, None),
        });

        var stored = await _registry.PutReferrersAsync(_repository, image.Digest, [mine], None);

        Assert.Equal([theirs.Digest, stored[0].Digest], (await _registry.ListReferrersAsync(_repository, image.Digest, None)).Select(entry => entry.Digest));
    }

    [Theory]
    [InlineData(1_000_000, 3)]
    [InlineData(12_000_000, 2)]
    [InlineData(100_000_000, 1)]
    public async Task Chunks_are_as_large_as_the_registry_wants_them(int least, int chunks)
    {
        var content = new byte[(2 * RemoteBlobUpload.ChunkSize) + 1000];
        _front.Fail(new("POST", "/blobs/uploads/") { Headers = new Dictionary<string, string> { ["OCI-Chunk-Min-Length"] = $"{least}" } });

        await using var upload = await _registry.BeginBlobAsync(_repository, None);
        for (var at = 0; at < content.Length; at += 500_000)
            await upload.WriteAsync(content.AsMemory(at, Math.Min(500_000, content.Length - at)), None);
        var blob = await upload.CommitAsync(MediaTypes.Layer, None);

        Assert.Equal(Digest.Of(content), blob.Digest);
        Assert.Equal(chunks, _front.Calls.Count(call => call.StartsWith("PATCH", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task An_upload_goes_on_where_the_registry_says_that_it_broke()
    {
        var content = new byte[RemoteBlobUpload.ChunkSize + 1000];
        // The chunk arrives, the answer does not, and the registry is asked; then the rest and nothing else is sent.
        _front.Fail(new("PATCH", "/blobs/uploads/") { Status = 503 });
        _front.Fail(new("GET", "/blobs/uploads/") { Status = 204, Headers = new Dictionary<string, string> { ["Range"] = $"0-{RemoteBlobUpload.ChunkSize - 1}", ["Location"] = $"/v2/{_repository}/blobs/uploads/moved?state=1" } });
        _front.Fail(new("PATCH", "moved?state=1") { Status = 202, Headers = new Dictionary<string, string> { ["Range"] = $"bytes=0-{content.Length - 1}" } });
        _front.Fail(new("PUT", "moved?state=1&digest=") { Status = 201 });

        await using var upload = await _registry.BeginBlobAsync(_repository, None);
        await upload.WriteAsync(content, None);
        await upload.CommitAsync(MediaTypes.Layer, None);

        Assert.Equal([RemoteBlobUpload.ChunkSize, 0, 1000, 0], _front.Bodies.Select(body => body.Length));
    }

    private void Answer(string path, string body, params (string Name, string Value)[] headers) =>
        _front.Fail(new("GET", path) { Status = 200, Body = body, Headers = headers.ToDictionary(header => header.Name, header => header.Value), Times = int.MaxValue });

    private async Task<Descriptor> PushAsync(RemoteRegistry registry, string tag, Descriptor? subject)
    {
        var config = await registry.PutBlobAsync(_repository, "{}"u8.ToArray(), MediaTypes.Config, None);
        var manifest = new OciManifest(2, MediaTypes.Manifest, config, []) { Subject = subject, Annotations = new Dictionary<string, string> { ["name"] = tag } };
        return await registry.PutManifestAsync(_repository, OciJson.Write(manifest), MediaTypes.Manifest, tag, None);
    }
}
