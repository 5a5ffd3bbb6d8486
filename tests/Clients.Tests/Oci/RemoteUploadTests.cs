using System.Net;
using MultiAgentInfra.Clients.Oci;
using MultiAgentInfra.Core.Images;
using MultiAgentInfra.TestSupport;

namespace MultiAgentInfra.Clients.Tests.Oci;

/// <summary>Uploads over connections that break. The real registry loses an upload as a whole then; others go on where it broke.</summary>
[Trait("Needs", "Server")]
public sealed class RemoteUploadTests(RunningRegistry.Open running) : IClassFixture<RunningRegistry.Open>, IAsyncLifetime
{
    private const int Small = 700_000;
    private const int Large = (2 * RemoteBlobUpload.ChunkSize) + 345_678;

    private readonly string _repository = $"a{Guid.NewGuid():N}";
    private FaultyRegistry _faulty = null!;
    private RemoteRegistry _registry = null!;

    private static CancellationToken None => CancellationToken.None;

    public async ValueTask InitializeAsync()
    {
        _faulty = await FaultyRegistry.StartAsync((await running.OpenAsync()).Name);
        _registry = running.Connect(_faulty.Address, new SwiftClock());
    }

    public async ValueTask DisposeAsync()
    {
        _registry?.Dispose();
        if (_faulty is not null)
            await _faulty.DisposeAsync();
    }

    [Theory]
    [InlineData(Small, "PUT")]
    [InlineData(Large, "PATCH")]
    [Trait("Category", "Long")]
    public async Task An_upload_outlives_a_cut_connection_at_every_tenth_of_it(int size, string method)
    {
        for (var tenth = 0; tenth <= 10; tenth++)
        {
            var content = Content(size, tenth);
            _faulty.Fail(new(method, "/blobs/uploads/") { CutRequestAt = Math.Max(1, (long)size * tenth / 10) });

            var blob = await UploadAsync(content);

            _faulty.Heal();
            Assert.Equal(Digest.Of(content), blob.Digest);
            Assert.Equal(blob.Digest, Digest.Of(await ReadAsync(blob)));
        }
    }

    [Theory]
    [InlineData(Small, "PUT", 0.5)]
    [InlineData(Large, "PATCH", 0.1)]
    [InlineData(Large, "PATCH", 0.9)]
    public async Task An_upload_whose_connection_always_breaks_is_a_clear_error_and_leaves_nothing(int size, string method, double at)
    {
        var content = Content(size, 1);
        _faulty.Fail(new(method, "/blobs/uploads/") { CutRequestAt = (long)(size * at), Times = int.MaxValue });

        var exception = await Assert.ThrowsAsync<ApiException>(() => UploadAsync(content));

        Assert.Contains($"{method} {_faulty.Address}/v2/{_repository}/blobs/uploads/", exception.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("_state", exception.ToString(), StringComparison.Ordinal);
        _faulty.Heal();
        Assert.False(await _registry.HasBlobAsync(_repository, Digest.Of(content), None));
    }

    [Theory]
    [InlineData("PATCH")]
    [InlineData("PUT")]
    public async Task An_upload_outlives_an_answer_that_is_lost(string method)
    {
        var content = Content(Large, 2);
        _faulty.Fail(new(method, "/blobs/uploads/") { LoseAnswer = true });

        Assert.Equal(Digest.Of(content), (await UploadAsync(content)).Digest);
    }

    [Theory]
    [InlineData(416)]
    [InlineData(404)]
    [InlineData(503)]
    public async Task An_upload_that_the_registry_lost_begins_anew(int status)
    {
        var content = Content(Large, 3);
        _faulty.Fail(new("PATCH", "/blobs/uploads/") { Status = status });

        Assert.Equal(Digest.Of(content), (await UploadAsync(content)).Digest);
    }

    [Fact]
    public async Task A_blob_whose_digest_the_registry_denies_is_sent_again()
    {
        var content = Content(Small, 4);
        _faulty.Fail(new("PUT", "/blobs/uploads/") { Status = 400, Body = """{"errors":[{"code":"DIGEST_INVALID","message":"no match"}]}""" });

        Assert.Equal(Digest.Of(content), (await UploadAsync(content)).Digest);
    }

    [Theory]
    [InlineData(403)]
    [InlineData(413)]
    public async Task An_upload_that_is_refused_is_cancelled(int status)
    {
        _faulty.Fail(new("PATCH", "/blobs/uploads/") { Status = status });

        Assert.Equal((HttpStatusCode)status, (await Assert.ThrowsAsync<ApiException>(() => UploadAsync(Content(Large, 5)))).Status);

        Assert.Contains(_faulty.Calls, call => call.StartsWith($"DELETE /v2/{_repository}/blobs/uploads/", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_mount_that_is_not_granted_becomes_a_copy()
    {
        var content = Content(Small, 6);
        var blob = await UploadAsync(content);
        // As the specification lets a registry answer: it begins an upload instead.
        _faulty.Fail(new("POST", "?mount=") { Status = 202, Headers = new Dictionary<string, string> { ["Location"] = $"/v2/{_repository}b/blobs/uploads/nothing" } });

        await _registry.MountBlobAsync($"{_repository}b", blob, _repository, None);

        Assert.True(await _registry.HasBlobAsync($"{_repository}b", blob.Digest, None));
        Assert.Contains(_faulty.Calls, call => call == $"DELETE /v2/{_repository}b/blobs/uploads/nothing");
    }

    [Fact]
    public async Task A_blob_is_mounted_once_until_the_registry_misses_it()
    {
        var blob = await UploadAsync(Content(1000, 7));
        var other = $"{_repository}b";
        for (var i = 0; i < 3; i++)
            await _registry.MountBlobAsync(other, blob, _repository, None);
        Assert.Single(_faulty.Calls, call => call.Contains("?mount=", StringComparison.Ordinal));

        _faulty.Fail(new("PUT", "/manifests/") { Status = 404, Times = RegistryRetry.Attempts, Body = """{"errors":[{"code":"MANIFEST_BLOB_UNKNOWN","message":"gone"}]}""" });
        var manifest = OciJson.Write(new OciManifest(2, MediaTypes.Manifest, blob, []));
        await Assert.ThrowsAsync<ApiException>(() => _registry.PutManifestAsync(other, manifest, MediaTypes.Manifest, "a", None));
        await _registry.MountBlobAsync(other, blob, _repository, None);
        await _registry.PutManifestAsync(other, manifest, MediaTypes.Manifest, "a", None);
        Assert.Equal(2, _faulty.Calls.Count(call => call.Contains("?mount=", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_manifest_whose_blob_is_denied_for_a_moment_is_sent_again()
    {
        var blob = await UploadAsync(Content(1000, 8));
        _faulty.Fail(new("PUT", "/manifests/") { Status = 400, Body = """{"errors":[{"code":"DIGEST_INVALID","message":"empty"},{"code":"MANIFEST_BLOB_UNKNOWN","message":"unknown"}]}""" });

        var manifest = await _registry.PutManifestAsync(_repository, OciJson.Write(new OciManifest(2, MediaTypes.Manifest, blob, [])), MediaTypes.Manifest, "a", None);

        Assert.Equal(manifest, await _registry.ResolveAsync(_repository, "a", None));
    }

    private static byte[] Content(int size, int seed)
    {
        var content = new byte[size];
        new Random(seed).NextBytes(content);
        return content;
    }

    private async Task<Descriptor> UploadAsync(byte[] content)
    {
        await using var upload = await _registry.BeginBlobAsync(_repository, None);
        for (var at = 0; at < content.Length; at += 100_000)
            await upload.WriteAsync(content.AsMemory(at, Math.Min(100_000, content.Length - at)), None);
        return await upload.CommitAsync(MediaTypes.Layer, None);
    }

    private async Task<byte[]> ReadAsync(Descriptor blob)
    {
        await using var stream = await _registry.OpenBlobAsync(_repository, blob, None);
        using var content = new MemoryStream();
        await stream.CopyToAsync(content);
        return content.ToArray();
    }
}
