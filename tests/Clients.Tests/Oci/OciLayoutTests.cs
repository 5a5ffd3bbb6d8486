using System.Text;
using MultiAgentInfra.Clients.Oci;
using MultiAgentInfra.Core.Images;

namespace MultiAgentInfra.Clients.Tests.Oci;

/// <summary>What only the folder does; the rest is in <see cref="OciLayoutRegistryTests"/>.</summary>
public sealed class OciLayoutTests : IDisposable
{
    private const string Repository = "team/app";

    private readonly TemporaryLayout _temporary = new();

    private OciLayout Layout => _temporary.Layout;

    public void Dispose() => _temporary.Dispose();

    [Fact]
    public async Task Tags_that_are_set_at_the_same_time_by_two_processes_are_all_kept()
    {
        using var other = new OciLayout(Layout.Root, TimeProvider.System);
        var image = await PutAsync("one", null);
        var content = (await Layout.GetManifestAsync(Repository, image.Digest, CancellationToken.None)).Content;

        await Task.WhenAll(Enumerable.Range(0, 40).Select(i => Task.Run(() =>
            (i % 2 == 0 ? Layout : other).PutManifestAsync(Repository, content, MediaTypes.Manifest, $"tag{i}", CancellationToken.None))));

        foreach (var layout in (OciLayout[])[Layout, other])
            Assert.Equal(40, await layout.ListTagsAsync(Repository, CancellationToken.None).CountAsync());
    }

    [Fact]
    public async Task What_another_process_wrote_a_moment_later_is_seen_though_its_index_is_as_long()
    {
        using var other = new OciLayout(Layout.Root, TimeProvider.System);
        var (one, two) = (await PutAsync("one", "a"), await PutAsync("two", "b"));
        var (first, second) = (await ContentAsync(one), await ContentAsync(two));

        for (var turn = 0; turn < 50; turn++)
        {
            await other.PutManifestAsync(Repository, turn % 2 == 0 ? second : first, MediaTypes.Manifest, "moving", CancellationToken.None);
            var resolved = await Layout.ResolveAsync(Repository, "moving", CancellationToken.None);
            Assert.Equal(turn % 2 == 0 ? two.Digest : one.Digest, resolved?.Digest);
        }
    }

    [Fact]
    public async Task Entries_of_other_programs_stay_as_they_are()
    {
        var image = await PutAsync("one", "a");
        const string annotations = """
            {"org.opencontainers.image.ref.name":"Other Name","x":"y"}
            """;
        var foreign = $$"""
            {"mediaType":"{{MediaTypes.Manifest}}","digest":"{{image.Digest}}","size":{{image.Size}},"annotations":{{annotations}},"platform":{"os":"linux"} }
            """.Replace("} }", "}}", StringComparison.Ordinal);
        await File.WriteAllTextAsync(
            Path.Combine(Layout.Root, "index.json"), $$"""{"schemaVersion":2,"mediaType":"{{MediaTypes.Index}}","manifests":[{{foreign}}]}""");

        await PutAsync("two", "b");
        await Layout.CollectGarbageAsync(TimeSpan.FromHours(-1), CancellationToken.None);

        Assert.Contains(foreign, await File.ReadAllTextAsync(Path.Combine(Layout.Root, "index.json")), StringComparison.Ordinal);
        Assert.True(await Layout.HasBlobAsync(Repository, image.Digest, CancellationToken.None));
        Assert.Null(await Layout.ResolveAsync(Repository, image.Digest.Value, CancellationToken.None));
    }

    [Fact]
    public async Task A_damaged_manifest_is_not_returned()
    {
        var image = await PutAsync("one", null);
        await File.WriteAllTextAsync(BlobPath(image.Digest), "{}");

        await Assert.ThrowsAsync<InvalidDataException>(() => Layout.GetManifestAsync(Repository, image.Digest, CancellationToken.None));
    }

    [Theory]
    [InlineData("contenT")]
    [InlineData("conten")]
    [InlineData("content and more")]
    public async Task A_damaged_blob_fails_at_its_end_at_the_latest(string damaged)
    {
        var blob = await Layout.PutBlobAsync(Repository, "content"u8.ToArray(), MediaTypes.Layer, CancellationToken.None);
        await File.WriteAllTextAsync(BlobPath(blob.Digest), damaged);

        await using var stream = await Layout.OpenBlobAsync(Repository, blob, CancellationToken.None);

        await Assert.ThrowsAsync<InvalidDataException>(() => stream.CopyToAsync(Stream.Null));
    }

    [Fact]
    public async Task A_missing_image_is_named_in_the_error()
    {
        var digest = Digest.Of("nothing"u8);

        var exception = await Assert.ThrowsAsync<FileNotFoundException>(() => Layout.GetManifestAsync(Repository, digest, CancellationToken.None));

        Assert.Contains(digest.Value, exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_an_interrupted_write_left_is_removed_and_what_is_being_written_stays()
    {
        var temporary = Path.Combine(Layout.Root, ".tmp");
        File.WriteAllText(Path.Combine(temporary, "abandoned"), "half");
        using var written = new FileStream(Path.Combine(temporary, "in-use"), FileMode.CreateNew, FileAccess.Write, FileShare.None);

        using var restarted = new OciLayout(Layout.Root, TimeProvider.System);

        Assert.Equal(["in-use"], Directory.EnumerateFiles(temporary).Select(Path.GetFileName));
    }

    [Fact]
    public async Task Garbage_is_what_no_tag_leads_to_and_is_older_than_the_grace()
    {
        var (kept, untagged) = (await PutAsync("one", "a"), await PutAsync("two", null));
        var blob = await Layout.PutBlobAsync(Repository, "abandoned"u8.ToArray(), MediaTypes.Layer, CancellationToken.None);

        Assert.Equal(0, await Layout.CollectGarbageAsync(TimeSpan.FromHours(1), CancellationToken.None));
        Assert.NotNull(await Layout.ResolveAsync(Repository, untagged.Digest.Value, CancellationToken.None));
        Assert.True(await Layout.CollectGarbageAsync(TimeSpan.FromHours(-1), CancellationToken.None) >= untagged.Size + blob.Size);

        Assert.Equal(kept.Digest, (await Layout.ResolveAsync(Repository, "a", CancellationToken.None))?.Digest);
        Assert.Null(await Layout.ResolveAsync(Repository, untagged.Digest.Value, CancellationToken.None));
        Assert.False(File.Exists(BlobPath(untagged.Digest)));
        Assert.False(File.Exists(BlobPath(blob.Digest)));
    }

    [Fact]
    public async Task A_blob_that_somebody_is_about_to_refer_to_is_no_garbage()
    {
        var blob = await Layout.PutBlobAsync(Repository, "old"u8.ToArray(), MediaTypes.Layer, CancellationToken.None);
        File.SetLastWriteTimeUtc(BlobPath(blob.Digest), DateTime.UnixEpoch);

        await Layout.MountBlobAsync("other", blob, Repository, CancellationToken.None);
        await Layout.CollectGarbageAsync(TimeSpan.FromHours(1), CancellationToken.None);

        Assert.True(await Layout.HasBlobAsync("other", blob.Digest, CancellationToken.None));
    }

    [Fact]
    public async Task What_refers_to_a_kept_image_is_kept_and_goes_with_it()
    {
        var image = await PutAsync("one", "a");
        var list = (await Layout.PutReferrersAsync(Repository, image.Digest, [await ReferrerAsync(image)], CancellationToken.None))[0];
        var signature = (await Layout.PutReferrersAsync(Repository, list.Digest, [await ReferrerAsync(list)], CancellationToken.None))[0];

        await Layout.CollectGarbageAsync(TimeSpan.FromHours(-1), CancellationToken.None);
        Assert.NotNull(await Layout.ResolveAsync(Repository, signature.Digest.Value, CancellationToken.None));

        await Layout.DeleteManifestAsync(Repository, image.Digest, CancellationToken.None);
        await Layout.CollectGarbageAsync(TimeSpan.FromHours(-1), CancellationToken.None);
        Assert.Empty(Directory.EnumerateFiles(Path.Combine(Layout.Root, "blobs", "sha256")));
    }

    [Fact]
    public async Task The_images_of_a_kept_index_are_kept()
    {
        var image = await PutAsync("one", null);
        var index = OciJson.Write(new OciIndex(2, MediaTypes.Index, [image]));
        await Layout.PutManifestAsync(Repository, index, MediaTypes.Index, "all", CancellationToken.None);

        await Layout.CollectGarbageAsync(TimeSpan.FromHours(-1), CancellationToken.None);

        Assert.True(await new ImageReader(Layout).HasImageAsync(new(Repository, Digest.Of(index)), CancellationToken.None));
        Assert.NotNull(await Layout.ResolveAsync(Repository, image.Digest.Value, CancellationToken.None));
    }

    private string BlobPath(Digest digest) => Path.Combine(Layout.Root, "blobs", "sha256", digest.Hex);

    private async Task<ReadOnlyMemory<byte>> ContentAsync(Descriptor image) =>
        (await Layout.GetManifestAsync(Repository, image.Digest, CancellationToken.None)).Content;

    private async Task<Descriptor> PutAsync(string content, string? tag)
    {
        var config = await Layout.PutBlobAsync(Repository, Encoding.UTF8.GetBytes($$"""{"x":"{{content}}"}"""), MediaTypes.Config, CancellationToken.None);
        var manifest = OciJson.Write(new OciManifest(2, MediaTypes.Manifest, config, []));
        return await Layout.PutManifestAsync(Repository, manifest, MediaTypes.Manifest, tag, CancellationToken.None);
    }

    private async Task<OciManifest> ReferrerAsync(Descriptor subject)
    {
        var config = await Layout.PutBlobAsync(Repository, "{}"u8.ToArray(), "application/vnd.oci.empty.v1+json", CancellationToken.None);
        return new(2, MediaTypes.Manifest, config, [config]) { ArtifactType = "application/x-test", Subject = subject };
    }
}
