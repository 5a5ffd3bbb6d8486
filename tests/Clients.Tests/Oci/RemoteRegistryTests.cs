using Microsoft.Extensions.Logging.Abstractions;
using MultiAgentInfra.Clients.Oci;
using MultiAgentInfra.Core.Images;
using MultiAgentInfra.TestSupport;

namespace MultiAgentInfra.Clients.Tests.Oci;

/// <summary>What only a registry over HTTP has, against the real one.</summary>
[Trait("Needs", "Server")]
public sealed class RemoteRegistryTests : IAsyncLifetime
{
    private static CancellationToken Deadline => TestContext.Current.CancellationToken;

    private RegistryProcess _process = null!;
    private RemoteRegistry _registry = null!;

    public async ValueTask InitializeAsync()
    {
        _process = await RegistryProcess.StartAsync();
        _registry = new(new() { Address = _process.Address, Prefix = "team/bots" }, _process.PathOf("spool"), TimeProvider.System, NullLogger<RemoteRegistry>.Instance);
    }

    public async ValueTask DisposeAsync()
    {
        _registry.Dispose();
        await _process.DisposeAsync();
    }

    [Fact]
    public async Task A_blob_of_many_chunks_arrives_whole()
    {
        var content = new byte[(3 * RemoteBlobUpload.ChunkSize) + 12345];
        new Random(1).NextBytes(content);
        Descriptor stored;
        await using (var upload = await _registry.BeginBlobAsync("runtime", Deadline))
        {
            foreach (var piece in content.Chunk(100_000))
                await upload.WriteAsync(piece, Deadline);
            stored = await upload.CommitAsync(MediaTypes.Layer, Deadline);
        }

        Assert.Equal(Digest.Of(content), stored.Digest);
        await using var stream = await _registry.OpenBlobAsync("runtime", stored, Deadline);
        using var copy = new MemoryStream();
        await stream.CopyToAsync(copy, Deadline);
        Assert.Equal(content, copy.ToArray());
    }

    [Fact]
    public async Task A_manifest_is_tagged_and_mounted_and_listed_and_deleted()
    {
        var config = await _registry.PutBlobAsync("runtime", "{}"u8.ToArray(), MediaTypes.Config, Deadline);
        var manifest = OciJson.Write(new OciManifest(2, MediaTypes.Manifest, config, []));
        var stored = await _registry.PutManifestAsync("runtime", manifest, MediaTypes.Manifest, "v1", Deadline);
        Assert.Equal(stored, await _registry.ResolveAsync("runtime", "v1", Deadline));
        Assert.Equal(stored, (await _registry.GetManifestAsync("runtime", stored.Digest, Deadline)).Descriptor);
        Assert.Equal(["v1"], await _registry.ListTagsAsync("runtime", Deadline).ToListAsync(Deadline));
        await _registry.MountBlobAsync("agents/a", config, "runtime", Deadline);
        Assert.True(await _registry.HasBlobAsync("agents/a", config.Digest, Deadline));
        var referrer = new OciManifest(2, MediaTypes.Manifest, config, []) { ArtifactType = "application/x", Subject = stored };
        var listed = await _registry.PutReferrersAsync("runtime", stored.Digest, [referrer], Deadline);
        await _registry.PutReferrersAsync("runtime", stored.Digest, [referrer], Deadline);
        Assert.Equal(listed.Single().Digest, (await _registry.ListReferrersAsync("runtime", stored.Digest, Deadline)).Single().Digest);
        await _registry.DeleteManifestAsync("runtime", stored.Digest, Deadline);
        Assert.Null(await _registry.ResolveAsync("runtime", "v1", Deadline));
    }
}
