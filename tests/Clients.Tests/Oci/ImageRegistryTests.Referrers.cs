using System.Text;
using MultiAgentInfra.Clients.Oci;

namespace MultiAgentInfra.Clients.Tests.Oci;

public abstract partial class ImageRegistryTests
{
    private const string EmptyType = "application/vnd.oci.empty.v1+json";

    [Fact]
    public async Task Referrers_are_listed_with_their_types_and_annotations()
    {
        var registry = await OpenAsync();
        var image = await PutAsync(registry, "one", "a");

        var stored = await registry.PutReferrersAsync(
            Repository, image.Digest, [await CreateReferrerAsync(registry, image, "sbom"), await CreateReferrerAsync(registry, image, "verdict")], None);
        var listed = (await registry.ListReferrersAsync(Repository, image.Digest, None)).OrderBy(d => d.ArtifactType, StringComparer.Ordinal).ToList();

        Assert.Equal(["application/x-sbom", "application/x-verdict"], listed.Select(d => d.ArtifactType));
        Assert.Equal(["sbom", "verdict"], listed.Select(d => d.Annotations!["kind"]));
        Assert.Equal(stored.Select(d => (d.Digest, d.Size, MediaTypes.Manifest)), listed.Select(d => (d.Digest, d.Size, d.MediaType)));
        var read = await registry.GetManifestAsync(Repository, listed[0].Digest, None);
        Assert.Equal(image.Digest, read.ReadImage().Subject?.Digest);
    }

    [Fact]
    public async Task A_referrer_that_is_there_already_is_not_listed_twice_and_more_can_come()
    {
        var registry = await OpenAsync();
        var image = await PutAsync(registry, "one", null);
        var (first, second) = (await CreateReferrerAsync(registry, image, "first"), await CreateReferrerAsync(registry, image, "second"));

        await registry.PutReferrersAsync(Repository, image.Digest, [first], None);
        await registry.PutReferrersAsync(Repository, image.Digest, [first, second, second], None);

        Assert.Equal(2, (await registry.ListReferrersAsync(Repository, image.Digest, None)).Count);
    }

    [Fact]
    public async Task Referrers_that_many_attach_at_the_same_time_are_all_listed()
    {
        var registry = await OpenAsync();
        var image = await PutAsync(registry, "one", null);
        var referrers = new List<OciManifest>();
        for (var i = 0; i < 32; i++)
            referrers.Add(await CreateReferrerAsync(registry, image, $"kind{i}"));

        var stored = await Task.WhenAll(referrers.Select(referrer =>
            Task.Run(() => registry.PutReferrersAsync(Repository, image.Digest, [referrer], None))));

        var listed = await registry.ListReferrersAsync(Repository, image.Digest, None);
        Assert.Equal(stored.Select(d => d[0].Digest.Value).Order(StringComparer.Ordinal), listed.Select(d => d.Digest.Value).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_deleted_referrer_and_another_subjects_are_not_listed()
    {
        var registry = await OpenAsync();
        var (one, two) = (await PutAsync(registry, "one", null), await PutAsync(registry, "two", null));
        var stored = await registry.PutReferrersAsync(
            Repository, one.Digest, [await CreateReferrerAsync(registry, one, "kept"), await CreateReferrerAsync(registry, one, "deleted")], None);
        await registry.PutReferrersAsync(Repository, two.Digest, [await CreateReferrerAsync(registry, two, "other")], None);

        await registry.DeleteManifestAsync(Repository, stored[1].Digest, None);

        Assert.Equal(stored[0].Digest, Assert.Single(await registry.ListReferrersAsync(Repository, one.Digest, None)).Digest);
    }

    [Fact]
    public async Task A_manifest_that_refers_to_something_else_is_not_taken_for_a_referrer()
    {
        var registry = await OpenAsync();
        var (one, two) = (await PutAsync(registry, "one", null), await PutAsync(registry, "two", null));
        var referrer = await CreateReferrerAsync(registry, one, "sbom");

        await Assert.ThrowsAsync<ArgumentException>(() => registry.PutReferrersAsync(Repository, two.Digest, [referrer], None));

        Assert.Empty(await registry.ListReferrersAsync(Repository, two.Digest, None));
    }

    private async Task<OciManifest> CreateReferrerAsync(IImageRegistry registry, Descriptor subject, string kind)
    {
        var config = await registry.PutBlobAsync(Repository, "{}"u8.ToArray(), EmptyType, None);
        var content = await registry.PutBlobAsync(Repository, Encoding.UTF8.GetBytes(kind), "text/plain", None);
        return new OciManifest(2, MediaTypes.Manifest, config, [content])
        {
            ArtifactType = $"application/x-{kind}",
            Subject = subject,
            Annotations = new Dictionary<string, string> { ["kind"] = kind },
        };
    }
}
