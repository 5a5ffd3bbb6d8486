using System.Text;
using System.Text.Json.Nodes;
using MultiAgentInfra.Activities.Builds;
using MultiAgentInfra.Activities.Rollouts;
using MultiAgentInfra.Clients.Attestations;
using MultiAgentInfra.Clients.Builds;
using MultiAgentInfra.Clients.Eliza;
using MultiAgentInfra.Clients.Oci;
using MultiAgentInfra.Core;
using MultiAgentInfra.Core.Deployments;
using MultiAgentInfra.Core.Images;
using MultiAgentInfra.TestSupport;

namespace MultiAgentInfra.Activities.Tests;

/// <summary>From a runtime image in quarantine to the layers of an agent image that may be deployed.</summary>
public sealed class AttestationTests : IAsyncLifetime
{
    private const string Key = "plugin-set";

    private static readonly ScanVerdict Verdict = new(ScanOutcome.Passed, "trivy 0.70.1", "Nothing was found that closes the gate.", 0, 1, 0, 0, 0);

    private readonly CancellationToken _none = CancellationToken.None;
    private ActivityStore _store = null!;
    private OciLayout _registry = null!;
    private RuntimeRelease _release = null!;

    private string Repository => ImageNames.AgentRepository(_store.Agent.OrganizationId);

    public async ValueTask InitializeAsync()
    {
        _store = await ActivityStore.CreateAsync(new FakeClock());
        _registry = new OciLayout(_store.Data.Registry, TimeProvider.System);
        _release = new(_store, _registry);
        await _store.Images.ClaimAsync(_store.OperationId, Key, waited: false, _none);
    }

    public ValueTask DisposeAsync()
    {
        _registry.Dispose();
        _store.Dispose();
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task A_runtime_image_is_released_with_its_components_its_verdict_and_what_it_was_made_of()
    {
        var image = await ReleaseAsync();

        await new ImageVerifier(_registry, _release.Keys).VerifyAsync(ImageNames.RuntimeRepository, image.Digest, _none);
        var referrers = await _registry.ListReferrersAsync(ImageNames.RuntimeRepository, image.Digest, _none);
        Assert.Equal(3, referrers.Count);
        Assert.Equal(Digest.Of(RuntimeRelease.Components), (await new ComponentLists(_registry).FindAsync(ImageNames.RuntimeRepository, image.Digest, _none)).Digest);
        var provenance = (await ReadAsync(ImageNames.RuntimeRepository, referrers, SlsaProvenance.PredicateType))["buildDefinition"]!;
        Assert.Equal("1.3.0", (string?)provenance["externalParameters"]!["packages"]!["left-pad"]);
        Assert.Equal(("npm", RuntimeRelease.NodeVersion), ((string?)provenance["externalParameters"]!["builder"], (string?)provenance["externalParameters"]!["nodeVersion"]));
        Assert.Equal(
            [("package-lock.json", Digest.Of(Encoding.UTF8.GetBytes(RuntimeRelease.LockFile)).Hex), ("start-agent.mjs", ElizaLauncher.Digest.Hex)],
            provenance["resolvedDependencies"]!.AsArray().Select(entry => ((string)entry!["name"]!, (string)entry["digest"]!["sha256"]!)));
        var verdict = await ReadAsync(ImageNames.RuntimeRepository, referrers, VerdictStatement.PredicateType);
        Assert.Equal(("Passed", "trivy 0.70.1"), ((string?)verdict["outcome"], (string?)verdict["scanner"]));
    }

    [Fact]
    public async Task An_image_that_cannot_be_attested_gets_no_name()
    {
        var image = await AssembleAsync();

        await Assert.ThrowsAsync<NonRetryableException>(() => _release.RunAsync(Key, image, Verdict, packageJson: ""));

        Assert.Empty(await _registry.ListTagsAsync(ImageNames.RuntimeRepository, _none).ToListAsync(_none));
    }

    [Fact]
    public async Task An_agent_image_inherits_the_verdict_and_may_be_deployed_and_a_repeated_step_adds_nothing()
    {
        var runtime = await ReleaseAsync();
        var image = await PushAsync(runtime);
        var referrers = await _registry.ListReferrersAsync(Repository, image.Digest, _none);

        await PushAsync(runtime);

        Assert.Equal(3, referrers.Count);
        Assert.Equal(referrers.Select(entry => entry.Digest), (await _registry.ListReferrersAsync(Repository, image.Digest, _none)).Select(entry => entry.Digest));
        var verdict = await ReadAsync(Repository, referrers, VerdictStatement.PredicateType);
        Assert.Equal(runtime.Digest.Hex, (string?)verdict["inherited"]!["digest"]!["sha256"]);
        var layers = await Files().ReadVerifiedLayersAsync(Repository, image.Digest, _none);
        Assert.Equal(layers.Agent.Digest.Hex, (string?)verdict["scannedLayer"]!["digest"]!["sha256"]);
        var provenance = await ReadAsync(Repository, referrers, SlsaProvenance.PredicateType);
        Assert.Equal(_store.OperationId.ToString(), (string?)provenance["runDetails"]!["metadata"]!["invocationId"]);
        Assert.Equal(1, (int?)provenance["buildDefinition"]!["externalParameters"]!["revision"]);
        Assert.Equal(
            Digest.Of(RuntimeRelease.Components), (await new ComponentLists(_registry).FindAsync(Repository, image.Digest, _none)).Digest);
    }

    [Fact]
    public async Task An_agent_image_that_was_pushed_past_the_gate_is_not_deployed()
    {
        var runtime = await ReleaseAsync();
        var unsigned = await BuildAgentAsync(runtime.Digest);
        var exception = await Assert.ThrowsAsync<NonRetryableException>(() => Files().ReadVerifiedLayersAsync(Repository, unsigned.Digest, _none));
        Assert.EndsWith("is not deployed: it is not signed.", exception.Message, StringComparison.Ordinal);

        // Signed, but nothing says that its runtime was released.
        var image = await PushAsync(runtime);
        await _store.Images.ForgetAsync(runtime.Digest, _none);
        exception = await Assert.ThrowsAsync<NonRetryableException>(() => Files().ReadVerifiedLayersAsync(Repository, image.Digest, _none));
        Assert.EndsWith($"the runtime image below it, {runtime.Digest}, was not released.", exception.Message, StringComparison.Ordinal);
    }

    private async Task<BuiltImage> ReleaseAsync()
    {
        var image = await AssembleAsync();
        await _release.RunAsync(Key, image, Verdict);
        return image;
    }

    private async Task<BuiltImage> AssembleAsync()
    {
        var app = Directory.CreateDirectory(Path.Combine(_store.Data.Root, "app")).FullName;
        await File.WriteAllTextAsync(Path.Combine(app, "package.json"), "{}", _none);
        var image = await new RuntimeImageBuilder(_registry).BuildAsync(app, new RuntimeImageSource(Key, RuntimeRelease.NodeVersion), _none);
        await _release.Recorded.RecordQuarantinedAsync(new RuntimeBuild(Key, "runtime-key"), image.Digest, _none);
        return new(image.Digest, image.Size);
    }

    private Task<Descriptor> BuildAgentAsync(Digest runtime) => new AgentImageBuilder(_registry).BuildAsync(
        runtime, new AgentLayer(_store.Agent.OrganizationId, _store.Agent.Id, 1, """{"name":"Ada"}""", []), _none);

    private async Task<BuiltImage> PushAsync(BuiltImage runtime)
    {
        var built = await BuildAgentAsync(runtime.Digest);
        var image = new BuiltImage(built.Digest, built.Size);
        var attestations = new AgentAttestations(
            _registry, new ImageAttester(_registry, _release.Keys), new ComponentLists(_registry), _store.Images, _store.Operations);
        await new PushAgentImageActivity(_store.Agents, attestations, _release.Recorded, _store.Recorder)
            .RunAsync(new NoContext(), new PushAgentImage(_store.OperationId, _store.Agent.Id, 1, image));
        return image;
    }

    private ImageFiles Files() => new(new ImageVerifier(_registry, _release.Keys), _store.Images, new ImageReader(_registry), new LayerUnpacker(_registry));

    private async Task<JsonNode> ReadAsync(string repository, IReadOnlyList<Descriptor> referrers, string predicateType)
    {
        var referrer = Assert.Single(referrers, entry => entry.Annotations?.GetValueOrDefault(AttestationTypes.PredicateAnnotation) == predicateType);
        var layer = (await _registry.GetManifestAsync(repository, referrer.Digest, _none)).ReadImage().Layers.Single();
        await using var stream = await _registry.OpenBlobAsync(repository, layer, _none);
        using var reader = new StreamReader(stream);
        var envelope = JsonNode.Parse(await reader.ReadToEndAsync(_none))!;
        return JsonNode.Parse(Convert.FromBase64String((string)envelope["payload"]!))!["predicate"]!;
    }
}
