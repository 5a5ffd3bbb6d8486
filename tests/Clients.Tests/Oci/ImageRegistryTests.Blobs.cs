using System.Security.Cryptography;
using MultiAgentInfra.Clients.Oci;
using MultiAgentInfra.Core.Images;

namespace MultiAgentInfra.Clients.Tests.Oci;

public abstract partial class ImageRegistryTests
{
    [Fact]
    public async Task A_small_blob_comes_back_as_it_was_stored()
    {
        var registry = await OpenAsync();
        var content = "{\"a\":1}"u8.ToArray();

        var blob = await registry.PutBlobAsync(Repository, content, MediaTypes.Config, None);
        Assert.Equal(blob, await registry.PutBlobAsync(Repository, content, MediaTypes.Config, None));

        Assert.Equal(new Descriptor(MediaTypes.Config, Digest.Of(content), content.Length), blob);
        Assert.True(await registry.HasBlobAsync(Repository, blob.Digest, None));
        Assert.Equal(content, await ReadAsync(registry, Repository, blob));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(9 * 1024 * 1024 + 17)]
    public async Task A_blob_that_is_written_in_odd_pieces_comes_back_whole(int size)
    {
        var registry = await OpenAsync();
        var content = new byte[size];
        new Random(size).NextBytes(content);

        var blob = await UploadAsync(registry, content);

        Assert.Equal(new Descriptor(MediaTypes.Layer, Digest.Of(content), size), blob);
        Assert.Equal(blob.Digest, Digest.Of(await ReadAsync(registry, Repository, blob)));
        Assert.Equal(blob, await UploadAsync(registry, content));
    }

    [Fact]
    public async Task A_blob_that_was_not_finished_is_not_there()
    {
        var registry = await OpenAsync();
        var content = RandomNumberGenerator.GetBytes(3 * 1024 * 1024);

        await using (var upload = await registry.BeginBlobAsync(Repository, None))
            await upload.WriteAsync(content, None);

        Assert.False(await registry.HasBlobAsync(Repository, Digest.Of(content), None));
    }

    [Fact]
    public async Task Blobs_that_are_written_at_the_same_time_do_not_mix()
    {
        var registry = await OpenAsync();
        var contents = Enumerable.Range(0, 8).Select(i => RandomNumberGenerator.GetBytes(200_000 + i)).ToList();

        var blobs = await Task.WhenAll(contents.Select(content => Task.Run(() => UploadAsync(registry, content))));

        Assert.Equal(contents.Select(content => Digest.Of(content)), blobs.Select(blob => blob.Digest));
        Assert.All(await Task.WhenAll(blobs.Select(blob => registry.HasBlobAsync(Repository, blob.Digest, None))), Assert.True);
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(1)]
    public async Task A_blob_of_another_size_than_its_descriptor_says_fails_at_its_end(int difference)
    {
        var registry = await OpenAsync();
        var blob = await registry.PutBlobAsync(Repository, "content"u8.ToArray(), MediaTypes.Layer, None);

        await Assert.ThrowsAsync<InvalidDataException>(() => ReadAsync(registry, Repository, blob with { Size = blob.Size + difference }));
    }

    [Fact]
    public async Task What_is_not_there_is_said_to_be_missing()
    {
        var registry = await OpenAsync();
        await PutAsync(registry, "one", "a");
        var missing = new Descriptor(MediaTypes.Layer, Digest.Of(RandomNumberGenerator.GetBytes(20)), 20);
        var empty = $"{_unique}/empty";

        foreach (var repository in (string[])[Repository, empty])
        {
            Assert.Null(await registry.ResolveAsync(repository, "missing", None));
            Assert.Null(await registry.ResolveAsync(repository, missing.Digest.Value, None));
            await Assert.ThrowsAsync<FileNotFoundException>(() => registry.GetManifestAsync(repository, missing.Digest, None));
            Assert.False(await registry.HasBlobAsync(repository, missing.Digest, None));
            await Assert.ThrowsAsync<FileNotFoundException>(() => ReadAsync(registry, repository, missing));
            Assert.Empty(await registry.ListReferrersAsync(repository, missing.Digest, None));
            await registry.DeleteManifestAsync(repository, missing.Digest, None);
        }

        Assert.Empty(await registry.ListTagsAsync(empty, None).ToListAsync());
        await Assert.ThrowsAsync<FileNotFoundException>(() => registry.MountBlobAsync(OtherRepository, missing, Repository, None));
    }

    [Fact]
    public async Task A_mounted_blob_is_part_of_both_repositories()
    {
        var registry = await OpenAsync();
        var content = RandomNumberGenerator.GetBytes(300_000);
        var blob = await UploadAsync(registry, content);

        await registry.MountBlobAsync(OtherRepository, blob, Repository, None);
        await registry.MountBlobAsync(OtherRepository, blob, Repository, None);

        Assert.True(await registry.HasBlobAsync(OtherRepository, blob.Digest, None));
        Assert.Equal(content, await ReadAsync(registry, OtherRepository, blob));
        Assert.Equal(content, await ReadAsync(registry, Repository, blob));
    }

    [Fact]
    public async Task A_document_above_four_mebibytes_is_refused()
    {
        var registry = await OpenAsync();
        var large = new byte[OciLayout.MaxDocumentSize + 1];

        await Assert.ThrowsAsync<InvalidDataException>(() => registry.PutBlobAsync(Repository, large, MediaTypes.Config, None));
        await Assert.ThrowsAsync<InvalidDataException>(() => registry.PutManifestAsync(Repository, large, MediaTypes.Manifest, null, None));
    }

    [Fact]
    public async Task An_image_is_moved_with_its_index_under_the_same_digests_however_often()
    {
        var registry = await OpenAsync();
        var image = await PutAsync(registry, "one", null);
        var index = await registry.PutManifestAsync(
            Repository, OciJson.Write(new OciIndex(2, MediaTypes.Index, [image])), MediaTypes.Index, null, None);
        var mover = new ImageMover(registry);

        await mover.MoveAsync(new(Repository, index.Digest), OtherRepository, null, None);
        await mover.MoveAsync(new(Repository, index.Digest), OtherRepository, "released", None);
        await registry.DeleteManifestAsync(Repository, index.Digest, None);
        await mover.MoveAsync(new(Repository, index.Digest), OtherRepository, "released", None);

        Assert.Equal(index, await registry.ResolveAsync(OtherRepository, "released", None));
        Assert.True(await new ImageReader(registry).HasImageAsync(new(OtherRepository, index.Digest), None));
    }

    private async Task<Descriptor> UploadAsync(IImageRegistry registry, byte[] content)
    {
        await using var upload = await registry.BeginBlobAsync(Repository, None);
        var (buffer, written) = (new byte[123_457], 0);
        for (var turn = 1; written < content.Length; turn++)
        {
            var count = Math.Min(content.Length - written, turn * 7919 % buffer.Length);
            content.AsSpan(written, count).CopyTo(buffer);
            await upload.WriteAsync(buffer.AsMemory(0, count), None);
            // The content may be reused as soon as the write returns.
            buffer.AsSpan().Fill((byte)turn);
            written += count;
        }

        return await upload.CommitAsync(MediaTypes.Layer, None);
    }

    private static async Task<byte[]> ReadAsync(IImageRegistry registry, string repository, Descriptor blob)
    {
        await using var stream = await registry.OpenBlobAsync(repository, blob, None);
        using var content = new MemoryStream();
        await stream.CopyToAsync(content);
        return content.ToArray();
    }
}
