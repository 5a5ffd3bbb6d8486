using System.Text;
using MultiAgentInfra.Clients.Oci;
using MultiAgentInfra.Core.Images;

namespace MultiAgentInfra.Clients.Tests.Oci;

public sealed class OciLayoutTests : IDisposable
{
    private readonly TemporaryLayout _temporary = new();

    private OciLayout Layout => _temporary.Layout;

    public void Dispose() => _temporary.Dispose();

    [Fact]
    public async Task A_quarantined_image_has_no_reference_until_it_is_tagged()
    {
        var image = await PutManifestAsync("one");

        await Layout.QuarantineAsync(image, CancellationToken.None);
        Assert.True(Layout.IsQuarantined(image.Digest));
        Assert.Null(Layout.Resolve("runtime/key"));

        await Layout.TagAsync("runtime/key", image, CancellationToken.None);
        Assert.False(Layout.IsQuarantined(image.Digest));
        Assert.Equal(image.Digest, Layout.Resolve("runtime/key")!.Digest);
    }

    [Fact]
    public async Task A_released_image_is_not_put_back_into_quarantine()
    {
        var image = await PutManifestAsync("one");
        await Layout.TagAsync("runtime/key", image, CancellationToken.None);

        await Layout.QuarantineAsync(image, CancellationToken.None);

        Assert.False(Layout.IsQuarantined(image.Digest));
        Assert.NotNull(Layout.Resolve("runtime/key"));
    }

    [Fact]
    public async Task A_reference_names_the_image_that_was_tagged_last_until_it_is_removed()
    {
        var (one, two) = (await PutManifestAsync("one"), await PutManifestAsync("two"));
        await Layout.TagAsync("a", one, CancellationToken.None);
        await Layout.TagAsync("a", two, CancellationToken.None);
        Assert.Equal(two.Digest, Layout.Resolve("a")!.Digest);

        await Layout.UntagAsync("a", CancellationToken.None);
        Assert.Null(Layout.Resolve("a"));
    }

    [Theory]
    [InlineData("")]
    [InlineData("a b")]
    [InlineData("/a")]
    [InlineData("a//b")]
    [InlineData("a\n")]
    public async Task A_reference_outside_the_grammar_is_refused(string reference)
    {
        var image = await PutManifestAsync("one");

        await Assert.ThrowsAsync<FormatException>(() => Layout.TagAsync(reference, image, CancellationToken.None));
    }

    [Fact]
    public async Task Tags_that_are_set_at_the_same_time_by_two_processes_are_all_kept()
    {
        using var other = new OciLayout(Layout.Root, TimeProvider.System);
        var image = await PutManifestAsync("one");

        await Task.WhenAll(Enumerable.Range(0, 40).Select(i =>
            Task.Run(() => (i % 2 == 0 ? Layout : other).TagAsync($"tag{i}", image, CancellationToken.None))));

        Assert.All(Enumerable.Range(0, 40), i => Assert.NotNull(Layout.Resolve($"tag{i}")));
    }

    [Fact]
    public async Task A_damaged_manifest_is_not_returned()
    {
        var image = await PutManifestAsync("one");
        await File.WriteAllTextAsync(BlobPath(image.Digest), "{}");

        await Assert.ThrowsAsync<InvalidDataException>(() => Layout.GetManifestAsync(image.Digest, CancellationToken.None));
    }

    [Theory]
    [InlineData("contenT")]
    [InlineData("conten")]
    [InlineData("content and more")]
    public async Task A_damaged_blob_fails_at_its_end_at_the_latest(string damaged)
    {
        var blob = await Layout.PutBlobAsync("content"u8.ToArray(), MediaTypes.Layer, CancellationToken.None);
        await File.WriteAllTextAsync(BlobPath(blob.Digest), damaged);

        await using var stream = Layout.OpenBlob(blob);

        await Assert.ThrowsAsync<InvalidDataException>(() => stream.CopyToAsync(Stream.Null));
    }

    [Fact]
    public async Task A_document_above_the_size_limit_is_refused_both_ways()
    {
        var large = new byte[OciLayout.MaxDocumentSize + 1];
        await Assert.ThrowsAsync<InvalidDataException>(() => Layout.PutBlobAsync(large, MediaTypes.Config, CancellationToken.None));

        await File.WriteAllBytesAsync(BlobPath(Digest.Of(large)), large);
        await Assert.ThrowsAsync<InvalidDataException>(() => Layout.GetManifestAsync(Digest.Of(large), CancellationToken.None));
    }

    [Fact]
    public async Task A_missing_image_is_named_in_the_error()
    {
        var digest = Digest.Of("nothing"u8);

        var exception = await Assert.ThrowsAsync<FileNotFoundException>(() => Layout.GetManifestAsync(digest, CancellationToken.None));

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
    public async Task Garbage_is_what_no_listed_image_needs_and_is_older_than_the_grace()
    {
        var (kept, dropped) = (await PutManifestAsync("one"), await PutManifestAsync("two"));
        await Layout.TagAsync("kept", kept, CancellationToken.None);

        Assert.Equal(0, await Layout.CollectGarbageAsync(TimeSpan.FromHours(1), CancellationToken.None));
        Assert.True(await Layout.CollectGarbageAsync(TimeSpan.FromHours(-1), CancellationToken.None) >= dropped.Size);

        Assert.NotNull(await Layout.GetManifestAsync(kept.Digest, CancellationToken.None));
        await Assert.ThrowsAsync<FileNotFoundException>(() => Layout.GetManifestAsync(dropped.Digest, CancellationToken.None));
    }

    [Fact]
    public async Task What_stays_in_quarantine_for_longer_than_the_grace_is_garbage()
    {
        var (refused, released) = (await PutManifestAsync("one"), await PutManifestAsync("two"));
        await Layout.QuarantineAsync(refused, CancellationToken.None);
        await Layout.TagAsync("released", released, CancellationToken.None);

        await Layout.CollectGarbageAsync(TimeSpan.FromHours(1), CancellationToken.None);
        Assert.True(Layout.IsQuarantined(refused.Digest));
        Assert.True(await Layout.CollectGarbageAsync(TimeSpan.FromHours(-1), CancellationToken.None) >= refused.Size);

        Assert.False(Layout.IsQuarantined(refused.Digest));
        Assert.Equal(released.Digest, Layout.Resolve("released")!.Digest);
        await Assert.ThrowsAsync<FileNotFoundException>(() => Layout.GetManifestAsync(refused.Digest, CancellationToken.None));
    }

    private string BlobPath(Digest digest) => Path.Combine(Layout.Root, "blobs", "sha256", digest.Hex);

    private async Task<Descriptor> PutManifestAsync(string content)
    {
        var config = await Layout.PutBlobAsync(Encoding.UTF8.GetBytes($$"""{"x":"{{content}}"}"""), MediaTypes.Config, CancellationToken.None);
        return await Layout.PutManifestAsync(new(2, MediaTypes.Manifest, config, []), CancellationToken.None);
    }
}
