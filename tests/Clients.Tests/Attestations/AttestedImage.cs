using System.Text;
using MultiAgentInfra.Clients.Attestations;
using MultiAgentInfra.Clients.Keys;
using MultiAgentInfra.Clients.Oci;
using MultiAgentInfra.Core.Images;

namespace MultiAgentInfra.Clients.Tests.Attestations;

/// <summary>An image of one small layer, and what is to be said of it.</summary>
internal sealed record AttestedImage(string Repository, Descriptor Manifest, ImageAttestations Attestations)
{
    public const string ComponentsText = """{"bomFormat":"CycloneDX","specVersion":"1.5","components":[]}""";

    public static readonly DateTimeOffset Time = new(2026, 1, 2, 3, 4, 5, 600, TimeSpan.Zero);

    public Digest Digest => Manifest.Digest;

    public static async Task<AttestedImage> CreateAsync(IImageRegistry registry, string repository, string name)
    {
        var content = $"{repository} {name}";
        var config = await registry.PutBlobAsync(
            repository, OciJson.Write(new OciImageConfig("amd64", "linux", new("layers", [Digest.Of(Encoding.UTF8.GetBytes(content))]))), MediaTypes.Config, None);
        var layer = await registry.PutBlobAsync(repository, Encoding.UTF8.GetBytes(content), "application/vnd.oci.image.layer.v1.tar", None);
        var manifest = OciJson.Write(new OciManifest(2, MediaTypes.Manifest, config, [layer]));
        var image = await registry.PutManifestAsync(repository, manifest, MediaTypes.Manifest, null, None);
        var components = await new ComponentLists(registry).PutAsync(repository, Encoding.UTF8.GetBytes(ComponentsText), None);
        return new(repository, image, new(components, repository, Verdict("Nothing was found."), Provenance("one")));
    }

    public static VerdictStatement Verdict(string reason) =>
        VerdictStatement.Of(new ScanVerdict(ScanOutcome.Passed, "trivy 0.70.1", reason, 0, 1, 2, 3, 0));

    public static SlsaProvenance Provenance(string package, Guid operation = default, DateTimeOffset? finished = null) => new(
        new("https://multiagentinfra.dev/test/v1", new { package }, [ResourceDescriptor.Of("package-lock.json", Digest.Of("lock"u8))]),
        RunDetails.Of("npm", operation, Time, finished ?? Time.AddSeconds(9)));

    public static ImageKeys NewKeys(params ImagePublicKey[] further)
    {
        var key = ImageSigningKey.FromPem(Keys.FakeKeyVault.NewPem(), "");
        return new(key, [key.Public, .. further]);
    }

    public Task AttestAsync(IImageRegistry registry, ImageKeys keys, Func<ImageAttestations, ImageAttestations>? change = null) =>
        new ImageAttester(registry, keys).AttestAsync(Repository, Manifest, (change ?? (same => same))(Attestations), None);

    public async Task<OciManifest> ReadSignaturesAsync(IImageRegistry registry)
    {
        var tag = await registry.ResolveAsync(Repository, $"sha256-{Digest.Hex}.sig", None);
        return (await registry.GetManifestAsync(Repository, tag!.Digest, None)).ReadImage();
    }

    public async Task<byte[]> ReadAsync(IImageRegistry registry, Descriptor blob)
    {
        await using var stream = await registry.OpenBlobAsync(Repository, blob, None);
        using var content = new MemoryStream();
        await stream.CopyToAsync(content, None);
        return content.ToArray();
    }

    private static CancellationToken None => CancellationToken.None;
}
