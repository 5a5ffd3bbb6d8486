using System.Text.Json.Nodes;
using MultiAgentInfra.Clients.Oci;
using MultiAgentInfra.Core;
using MultiAgentInfra.Core.Deployments;
using MultiAgentInfra.Core.Images;
using MultiAgentInfra.TestSupport;

namespace MultiAgentInfra.Activities.Tests;

/// <summary>From quarantine to the name that deployments use, or not.</summary>
public sealed class RuntimeGateTests
{
    private const string Clean = """{"SchemaVersion":2}""";

    private const string Leaking = """{"SchemaVersion":2,"Results":[{"Target":"/app/.env","Secrets":[{"RuleID":"telegram-bot-token","Severity":"LOW","StartLine":1,"EndLine":1}]}]}""";
    private const string RefusesNothing = """{"severities":[],"onlyFixable":true}""";
    private const string RequiresScan = """{"severities":["CRITICAL"],"onlyFixable":true,"unscanned":"fail"}""";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_image_has_a_name_that_can_be_deployed_only_after_it_passed()
    {
        using var store = await ActivityStore.CreateAsync(new FakeClock());
        using var registry = new OciLayout(store.Data.Registry, TimeProvider.System);
        var image = await store.AssembleAsync(registry);

        var verdict = await ScanAsync(store, registry, image, Clean);
        Assert.Null(await registry.ResolveAsync(ImageNames.RuntimeRepository, image.Digest.Value, Token));
        Assert.Empty(await registry.ListTagsAsync(ImageNames.RuntimeRepository, Token).ToListAsync(Token));
        await store.ReleaseAsync(registry, image, verdict);

        Assert.Equal(ScanOutcome.Passed, verdict.Outcome);
        Assert.Equal(image.Digest, (await registry.ResolveAsync(ImageNames.RuntimeRepository, GateSteps.RuntimeKey, Token))?.Digest);
        Assert.Equal(RuntimeClaimState.Ready, (await store.ClaimAsync(registry)).State);
        Assert.Equal(
            "passed with 0 critical, 0 high, 0 medium, 0 low, 0 unknown and 0 secrets (trivy 0.74.0): Nothing was found that closes the gate.",
            (await store.StepAsync("scan")).Detail);
    }

    [Theory]
    [InlineData(GateSteps.Vulnerable, null, "CVE-1 in left-pad 1.0 (critical, fixed in 1.1)")]
    [InlineData(Leaking, RefusesNothing, "telegram-bot-token in /app/.env")]
    [InlineData("no report", RequiresScan, "The policy lets no image through that was not scanned.")]
    public async Task A_refused_image_stays_in_quarantine_and_its_scan_is_kept(string report, string? policy, string reason)
    {
        using var store = await ActivityStore.CreateAsync(new FakeClock());
        using var registry = new OciLayout(store.Data.Registry, TimeProvider.System);
        var image = await store.AssembleAsync(registry);
        if (policy is not null)
            await File.WriteAllTextAsync(store.PolicyFile, policy, Token);

        var verdict = await ScanAsync(store, registry, image, report);
        var refusal = await Assert.ThrowsAsync<NonRetryableException>(() => store.ReleaseAsync(registry, image, verdict));

        Assert.Contains(reason, refusal.Message, StringComparison.Ordinal);
        Assert.Contains(reason, (await store.StepAsync("scan")).Detail, StringComparison.Ordinal);
        Assert.Null(await registry.ResolveAsync(ImageNames.RuntimeRepository, image.Digest.Value, Token));
        Assert.Empty(await registry.ListTagsAsync(ImageNames.RuntimeRepository, Token).ToListAsync(Token));
        Assert.NotNull(await registry.ResolveAsync(ImageNames.QuarantineRepository, image.Digest.Value, Token));
        Assert.Equal(verdict, (await store.Gate.JudgeAsync(image.Digest, Token)).Verdict);
        var artifact = Assert.Single(await store.ArtifactRows.ListAsync(store.OperationId, Token), artifact => artifact.Name == "scan.json");
        var document = (await JsonNode.ParseAsync((await store.Artifacts.OpenAsync(artifact, Token))!, cancellationToken: Token))!;
        Assert.Equal((image.Digest.Value, verdict.Reason), ((string?)document["image"], (string?)document["verdict"]!["reason"]));
        Assert.NotNull(document["report"] ?? document["failure"]);
    }

    [Fact]
    public async Task Where_no_scanner_is_the_shipped_policy_lets_an_image_through_and_says_that_it_is_not_scanned()
    {
        using var store = await ActivityStore.CreateAsync(new FakeClock());
        using var registry = new OciLayout(store.Data.Registry, TimeProvider.System);
        var image = await store.AssembleAsync(registry);
        using var trivy = new FakeTrivy("");
        File.Delete(trivy.PathOf("trivy"));

        var verdict = await store.ScanAsync(registry, image, trivy);
        await store.ReleaseAsync(registry, image, verdict);

        Assert.Equal(ScanOutcome.NotScanned, verdict.Outcome);
        Assert.Equal("not scanned: Trivy is not installed on this machine.", (await store.StepAsync("scan")).Detail);
    }

    [Fact]
    public async Task A_changed_policy_refuses_a_released_image_and_lets_it_through_again_without_a_new_scan()
    {
        using var store = await ActivityStore.CreateAsync(new FakeClock());
        using var registry = new OciLayout(store.Data.Registry, TimeProvider.System);
        var image = await store.AssembleAsync(registry);
        await File.WriteAllTextAsync(store.PolicyFile, RefusesNothing, Token);
        await store.ReleaseAsync(registry, image, await ScanAsync(store, registry, image, GateSteps.Vulnerable));
        var before = await store.ClaimAsync(registry);

        await File.WriteAllBytesAsync(store.PolicyFile, ScanPolicyReader.Default(), Token);
        var refused = await store.ClaimAsync(registry);
        await File.WriteAllTextAsync(store.PolicyFile, RefusesNothing, Token);
        var after = await store.ClaimAsync(registry);

        Assert.Equal(new RuntimeClaim(RuntimeClaimState.Ready, image.Digest, null), before);
        Assert.Equal(before, after);
        Assert.Equal(RuntimeClaimState.Failed, refused.State);
        Assert.StartsWith("The scan policy refuses the image: ", refused.Cause, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_image_that_was_never_scanned_is_built_again_once_the_policy_wants_a_scan()
    {
        using var store = await ActivityStore.CreateAsync(new FakeClock());
        using var registry = new OciLayout(store.Data.Registry, TimeProvider.System);
        var image = await store.AssembleAsync(registry);
        await store.ReleaseAsync(registry, image, await ScanAsync(store, registry, image, "no report"));
        Assert.Equal(RuntimeClaimState.Ready, (await store.ClaimAsync(registry)).State);

        await File.WriteAllTextAsync(store.PolicyFile, RequiresScan, Token);

        Assert.Equal(RuntimeClaimState.Claimed, (await store.ClaimAsync(registry)).State);
    }

    private static async Task<ScanVerdict> ScanAsync(ActivityStore store, OciLayout registry, BuiltImage image, string report)
    {
        using var trivy = new FakeTrivy($"--input {registry.Root}@{image.Digest}", report);
        return await store.ScanAsync(registry, image, trivy);
    }
}
