using System.Text;
using System.Text.Json.Nodes;
using MultiAgentInfra.Clients.Attestations;
using MultiAgentInfra.Clients.Keys;
using MultiAgentInfra.Clients.Oci;
using MultiAgentInfra.Core.Images;

namespace MultiAgentInfra.Clients.Tests.Attestations;

/// <summary>What is attached to an image, in every registry. Each test has repositories of its own.</summary>
public abstract partial class ImageAttesterTests
{
    private readonly string _repository = $"agents/{Guid.NewGuid():D}";
    private readonly ImageKeys _keys = AttestedImage.NewKeys();

    private static CancellationToken None => CancellationToken.None;

    /// <summary>A registry that is empty but for what other tests put into their repositories.</summary>
    protected abstract Task<IImageRegistry> OpenAsync();

    [Fact]
    public async Task An_image_gets_its_components_a_verdict_and_its_provenance()
    {
        var registry = await OpenAsync();
        var image = await AttestedImage.CreateAsync(registry, _repository, "one");

        await image.AttestAsync(registry, _keys);

        var referrers = await registry.ListReferrersAsync(_repository, image.Digest, None);
        Assert.Equal(3, referrers.Count);
        var components = Assert.Single(referrers, referrer => referrer.ArtifactType == "application/vnd.cyclonedx+json");
        var manifest = (await registry.GetManifestAsync(_repository, components.Digest, None)).ReadImage();
        Assert.Equal(AttestedImage.ComponentsText, Encoding.UTF8.GetString(await image.ReadAsync(registry, manifest.Layers.Single())));
        Assert.Equal(("application/vnd.oci.empty.v1+json", 2L), (manifest.Config.MediaType, manifest.Config.Size));
        Assert.Equal(image.Manifest, manifest.Subject);

        var verdict = await ReadStatementAsync(registry, image, VerdictStatement.PredicateType);
        Assert.Equal("https://in-toto.io/Statement/v1", (string?)verdict["_type"]);
        Assert.Equal(image.Digest.Hex, (string?)verdict["subject"]![0]!["digest"]!["sha256"]);
        Assert.Equal("Passed", (string?)verdict["predicate"]!["outcome"]);
        Assert.Equal(1, (int?)verdict["predicate"]!["findings"]!["high"]);
    }

    [Fact]
    public async Task The_provenance_says_what_was_built_from_what_by_whom_and_when()
    {
        var registry = await OpenAsync();
        var image = await AttestedImage.CreateAsync(registry, _repository, "one");
        var operation = Guid.NewGuid();

        await image.AttestAsync(registry, _keys, with => with with { Provenance = AttestedImage.Provenance("left-pad@1.3.0", operation) });

        var provenance = (await ReadStatementAsync(registry, image, "https://slsa.dev/provenance/v1"))["predicate"]!;
        Assert.Equal("https://multiagentinfra.dev/test/v1", (string?)provenance["buildDefinition"]!["buildType"]);
        Assert.Equal("left-pad@1.3.0", (string?)provenance["buildDefinition"]!["externalParameters"]!["package"]);
        var dependency = provenance["buildDefinition"]!["resolvedDependencies"]![0]!;
        Assert.Equal(("package-lock.json", Digest.Of("lock"u8).Hex), ((string?)dependency["name"], (string?)dependency["digest"]!["sha256"]));
        Assert.Equal("https://multiagentinfra.dev/builders/npm", (string?)provenance["runDetails"]!["builder"]!["id"]);
        Assert.Matches(@"\A\d+\.\d+\.\d+\z", (string?)provenance["runDetails"]!["builder"]!["version"]!["multiagentinfra"]);
        var metadata = provenance["runDetails"]!["metadata"]!;
        Assert.Equal(
            (operation.ToString(), "2026-01-02T03:04:05Z", "2026-01-02T03:04:14Z"),
            ((string?)metadata["invocationId"], (string?)metadata["startedOn"], (string?)metadata["finishedOn"]));
    }

    [Fact]
    public async Task A_second_time_adds_nothing_not_even_for_a_later_run_that_built_the_same()
    {
        var registry = await OpenAsync();
        var image = await AttestedImage.CreateAsync(registry, _repository, "one");
        await image.AttestAsync(registry, _keys);
        var (referrers, signatures) = (await ReferrersAsync(registry, image), await image.ReadSignaturesAsync(registry));

        await image.AttestAsync(registry, _keys);
        await image.AttestAsync(registry, _keys, with => with with { Provenance = AttestedImage.Provenance("one", Guid.NewGuid(), AttestedImage.Time.AddDays(1)) });

        Assert.Equal(referrers, await ReferrersAsync(registry, image));
        Assert.Equal(OciJson.Write(signatures), OciJson.Write(await image.ReadSignaturesAsync(registry)));
    }

    [Fact]
    public async Task Another_verdict_and_another_origin_are_added()
    {
        var registry = await OpenAsync();
        var image = await AttestedImage.CreateAsync(registry, _repository, "one");
        await image.AttestAsync(registry, _keys);
        var before = await ReferrersAsync(registry, image);

        await image.AttestAsync(registry, _keys, with => with with { Verdict = AttestedImage.Verdict("The policy has changed."), Provenance = AttestedImage.Provenance("two") });

        var after = await ReferrersAsync(registry, image);
        Assert.Equal(5, after.Count);
        Assert.Subset(after, before);
    }

    [Fact]
    public async Task Another_key_adds_its_signatures_to_those_that_there_are()
    {
        var registry = await OpenAsync();
        var image = await AttestedImage.CreateAsync(registry, _repository, "one");
        await image.AttestAsync(registry, _keys);
        var next = AttestedImage.NewKeys();

        await image.AttestAsync(registry, next);

        Assert.Equal(2, (await image.ReadSignaturesAsync(registry)).Layers.Count);
        Assert.Equal(5, (await ReferrersAsync(registry, image)).Count);
        await new ImageVerifier(registry, _keys).VerifyAsync(_repository, image.Digest, None);
        await new ImageVerifier(registry, next).VerifyAsync(_repository, image.Digest, None);
    }

    [Fact]
    public async Task An_agent_image_has_the_list_of_components_of_its_runtime()
    {
        var registry = await OpenAsync();
        var runtime = await AttestedImage.CreateAsync(registry, $"{_repository}/runtime", "runtime");
        await runtime.AttestAsync(registry, _keys);
        var lists = new ComponentLists(registry);

        var list = await lists.FindAsync(runtime.Repository, runtime.Digest, None);
        Assert.Equal(runtime.Attestations.Components, list);
        var agent = await AttestedImage.CreateAsync(registry, _repository, "agent");
        await agent.AttestAsync(registry, _keys, with => with with { Components = list, ComponentsRepository = runtime.Repository });

        Assert.Equal(list, await lists.FindAsync(_repository, agent.Digest, None));
        var bare = await AttestedImage.CreateAsync(registry, _repository, "bare");
        await Assert.ThrowsAsync<Core.NonRetryableException>(() => lists.FindAsync(_repository, bare.Digest, None));
    }

    [Fact]
    public async Task Images_and_writers_at_the_same_time_lose_nothing()
    {
        const int Writers = 32;
        var registry = await OpenAsync();
        var images = await Task.WhenAll(Enumerable.Range(0, Writers).Select(i => AttestedImage.CreateAsync(registry, _repository, $"image {i}")));
        var shared = images[0];

        await Task.WhenAll(images.Select(image => image.AttestAsync(registry, _keys)).Concat(Enumerable.Range(1, Writers).Select(i => shared.AttestAsync(
            registry, _keys, with => with with { Verdict = AttestedImage.Verdict($"Writer {i}."), Provenance = AttestedImage.Provenance($"writer {i}") }))));

        Assert.Equal(1 + (2 * (Writers + 1)), (await ReferrersAsync(registry, shared)).Count);
        var verifier = new ImageVerifier(registry, _keys);
        foreach (var image in images)
        {
            await verifier.VerifyAsync(_repository, image.Digest, None);
            Assert.Equal(image == shared ? 1 + (2 * (Writers + 1)) : 3, (await ReferrersAsync(registry, image)).Count);
        }
    }

    private static async Task<HashSet<Digest>> ReferrersAsync(IImageRegistry registry, AttestedImage image)
    {
        var referrers = await registry.ListReferrersAsync(image.Repository, image.Digest, None);
        Assert.Distinct(referrers.Select(referrer => referrer.Digest));
        return [.. referrers.Select(referrer => referrer.Digest)];
    }

    private static async Task<JsonNode> ReadStatementAsync(IImageRegistry registry, AttestedImage image, string predicateType) =>
        JsonNode.Parse(Convert.FromBase64String((string)(await ReadEnvelopeAsync(registry, image, predicateType))["payload"]!))!;

    private static async Task<JsonNode> ReadEnvelopeAsync(IImageRegistry registry, AttestedImage image, string predicateType)
    {
        var referrers = await registry.ListReferrersAsync(image.Repository, image.Digest, None);
        var referrer = Assert.Single(referrers, referrer => referrer.Annotations?.GetValueOrDefault("in-toto.io/predicate-type") == predicateType);
        Assert.Equal("application/vnd.in-toto+json", referrer.ArtifactType);
        var layer = (await registry.GetManifestAsync(image.Repository, referrer.Digest, None)).ReadImage().Layers.Single();
        Assert.Equal("application/vnd.dsse.envelope.v1+json", layer.MediaType);
        return JsonNode.Parse(await image.ReadAsync(registry, layer))!;
    }
}
