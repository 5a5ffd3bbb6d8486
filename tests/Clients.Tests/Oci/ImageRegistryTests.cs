using System.Text;
using MultiAgentInfra.Clients.Oci;
using MultiAgentInfra.Core.Images;

namespace MultiAgentInfra.Clients.Tests.Oci;

/// <summary>What every registry does. Each test has repositories of its own, so that a registry may be shared.</summary>
public abstract partial class ImageRegistryTests
{
    private readonly string _unique = Guid.NewGuid().ToString("N")[..12];

    private string Repository => $"{_unique}/app";

    private string OtherRepository => $"{_unique}/other";

    private static CancellationToken None => CancellationToken.None;

    /// <summary>A registry that is empty but for what other tests put into their repositories.</summary>
    protected abstract Task<IImageRegistry> OpenAsync();

    [Fact]
    public async Task A_manifest_is_found_by_its_tag_and_by_its_digest_with_the_very_bytes()
    {
        var registry = await OpenAsync();
        var content = await CreateManifestAsync(registry, "one");

        var stored = await registry.PutManifestAsync(Repository, content, MediaTypes.Manifest, "v1.0_rc-1", None);

        Assert.Equal(new Descriptor(MediaTypes.Manifest, Digest.Of(content), content.Length), stored);
        Assert.Equal(stored, await registry.ResolveAsync(Repository, "v1.0_rc-1", None));
        Assert.Equal(stored, await registry.ResolveAsync(Repository, stored.Digest.Value, None));
        var read = await registry.GetManifestAsync(Repository, stored.Digest, None);
        Assert.Equal(stored, read.Descriptor);
        Assert.Equal(content, read.Content.ToArray());
        Assert.Equal("one", read.ReadImage().Annotations!["content"]);
    }

    [Fact]
    public async Task A_manifest_without_a_tag_is_found_by_its_digest_only_until_it_gets_one()
    {
        var registry = await OpenAsync();
        var content = await CreateManifestAsync(registry, "one");

        var stored = await registry.PutManifestAsync(Repository, content, MediaTypes.Manifest, null, None);
        Assert.Equal(stored, await registry.ResolveAsync(Repository, stored.Digest.Value, None));
        Assert.Empty(await ListTagsAsync(registry));

        await registry.PutManifestAsync(Repository, content, MediaTypes.Manifest, "a", None);
        await registry.PutManifestAsync(Repository, content, MediaTypes.Manifest, "b", None);
        await registry.PutManifestAsync(Repository, content, MediaTypes.Manifest, null, None);
        Assert.Equal(["a", "b"], await ListTagsAsync(registry));
        Assert.Equal(stored, await registry.ResolveAsync(Repository, "b", None));
    }

    [Fact]
    public async Task A_tag_names_what_it_was_given_to_last_and_the_former_stays_under_its_digest()
    {
        var registry = await OpenAsync();
        var one = await PutAsync(registry, "one", "latest");
        var two = await PutAsync(registry, "two", "latest");

        Assert.Equal(two, await registry.ResolveAsync(Repository, "latest", None));
        Assert.Equal(one, await registry.ResolveAsync(Repository, one.Digest.Value, None));
        Assert.Equal(["latest"], await ListTagsAsync(registry));
    }

    [Fact]
    public async Task A_deleted_manifest_takes_its_tags_along_and_leaves_the_others()
    {
        var registry = await OpenAsync();
        var one = await PutAsync(registry, "one", "a");
        await PutAsync(registry, "one", "b");
        var two = await PutAsync(registry, "two", "c");

        await registry.DeleteManifestAsync(Repository, one.Digest, None);
        await registry.DeleteManifestAsync(Repository, one.Digest, None);

        Assert.Null(await registry.ResolveAsync(Repository, "a", None));
        Assert.Null(await registry.ResolveAsync(Repository, one.Digest.Value, None));
        await Assert.ThrowsAsync<FileNotFoundException>(() => registry.GetManifestAsync(Repository, one.Digest, None));
        Assert.Equal(["c"], await ListTagsAsync(registry));
        Assert.Equal(two, await registry.ResolveAsync(Repository, "c", None));
    }

    [Fact]
    public async Task All_tags_are_listed_however_many_there_are()
    {
        var registry = await OpenAsync();
        var content = await CreateManifestAsync(registry, "one");
        var tags = Enumerable.Range(0, 230).Select(i => $"tag-{i:D3}").ToList();

        await Parallel.ForEachAsync(tags, async (tag, token) => await registry.PutManifestAsync(Repository, content, MediaTypes.Manifest, tag, token));

        Assert.Equal(tags, await ListTagsAsync(registry));
    }

    [Fact]
    public async Task Repositories_do_not_see_each_others_manifests()
    {
        var registry = await OpenAsync();
        var image = await PutAsync(registry, "one", "a");

        Assert.Null(await registry.ResolveAsync(OtherRepository, "a", None));
        Assert.Null(await registry.ResolveAsync(OtherRepository, image.Digest.Value, None));
        await Assert.ThrowsAsync<FileNotFoundException>(() => registry.GetManifestAsync(OtherRepository, image.Digest, None));
        await registry.DeleteManifestAsync(OtherRepository, image.Digest, None);
        Assert.NotNull(await registry.ResolveAsync(Repository, "a", None));
    }

    [Fact]
    public async Task An_index_names_the_manifests_in_it()
    {
        var registry = await OpenAsync();
        var image = await PutAsync(registry, "one", null);
        var content = OciJson.Write(new OciIndex(2, MediaTypes.Index, [image]));

        var stored = await registry.PutManifestAsync(Repository, content, MediaTypes.Index, "all", None);

        Assert.Equal(MediaTypes.Index, (await registry.ResolveAsync(Repository, "all", None))?.MediaType);
        Assert.Equal([image], (await registry.GetManifestAsync(Repository, stored.Digest, None)).ReadIndex().Manifests);
    }

    [Fact]
    public async Task A_manifest_whose_blobs_are_missing_is_refused()
    {
        var registry = await OpenAsync();
        var missing = new Descriptor(MediaTypes.Config, Digest.Of("missing"u8), 7);

        var exception = await Record.ExceptionAsync(() =>
            registry.PutManifestAsync(Repository, OciJson.Write(new OciManifest(2, MediaTypes.Manifest, missing, [])), MediaTypes.Manifest, "a", None));

        Assert.True(exception is FileNotFoundException or ApiException, exception?.ToString());
        Assert.Null(await registry.ResolveAsync(Repository, "a", None));
    }

    [Theory]
    [InlineData("")]
    [InlineData("Upper")]
    [InlineData("a b")]
    [InlineData("/a")]
    [InlineData("a//b")]
    [InlineData("../a")]
    [InlineData("a\n")]
    [InlineData("a:b")]
    [InlineData("a?b")]
    public async Task A_name_that_no_repository_can_have_is_refused(string name)
    {
        var registry = await OpenAsync();
        var content = await CreateManifestAsync(registry, "one");

        await Assert.ThrowsAsync<FormatException>(() => registry.PutManifestAsync(name, content, MediaTypes.Manifest, "a", None));
        await Assert.ThrowsAsync<FormatException>(() => registry.ResolveAsync(name, "a", None));
        await Assert.ThrowsAsync<FormatException>(() => registry.BeginBlobAsync(name, None));
    }

    [Theory]
    [InlineData("")]
    [InlineData("a b")]
    [InlineData("-a")]
    [InlineData("a/b")]
    [InlineData("a:b")]
    [InlineData("a\n")]
    public async Task A_text_that_can_be_no_tag_is_refused(string tag)
    {
        var registry = await OpenAsync();
        var content = await CreateManifestAsync(registry, "one");

        await Assert.ThrowsAsync<FormatException>(() => registry.PutManifestAsync(Repository, content, MediaTypes.Manifest, tag, None));
        await Assert.ThrowsAsync<FormatException>(() => registry.ResolveAsync(Repository, tag, None));
    }

    [Fact]
    public async Task Nothing_happens_once_it_is_cancelled()
    {
        var registry = await OpenAsync();
        var content = await CreateManifestAsync(registry, "one");
        var cancelled = new CancellationToken(canceled: true);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => registry.PutManifestAsync(Repository, content, MediaTypes.Manifest, "a", cancelled));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => registry.PutBlobAsync(Repository, content, MediaTypes.Config, cancelled));

        Assert.Null(await registry.ResolveAsync(Repository, "a", None));
    }

    private async Task<List<string>> ListTagsAsync(IImageRegistry registry)
    {
        var tags = new List<string>();
        await foreach (var tag in registry.ListTagsAsync(Repository, None))
            tags.Add(tag);
        tags.Sort(StringComparer.Ordinal);
        return tags;
    }

    private async Task<Descriptor> PutAsync(IImageRegistry registry, string content, string? tag) =>
        await registry.PutManifestAsync(Repository, await CreateManifestAsync(registry, content), MediaTypes.Manifest, tag, None);

    private async Task<byte[]> CreateManifestAsync(IImageRegistry registry, string content)
    {
        var config = await registry.PutBlobAsync(Repository, "{}"u8.ToArray(), MediaTypes.Config, None);
        var layer = await registry.PutBlobAsync(Repository, Encoding.UTF8.GetBytes(content), MediaTypes.Layer, None);
        var annotations = new Dictionary<string, string> { ["content"] = content };
        return OciJson.Write(new OciManifest(2, MediaTypes.Manifest, config, [layer]) { Annotations = annotations });
    }
}
