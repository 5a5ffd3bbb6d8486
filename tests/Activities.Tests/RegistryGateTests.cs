using System.Net;
using System.Net.Http.Headers;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging.Abstractions;
using MultiAgentInfra.Clients.Oci;
using MultiAgentInfra.Core;
using MultiAgentInfra.Core.Images;
using MultiAgentInfra.TestSupport;

namespace MultiAgentInfra.Activities.Tests;

/// <summary>The gate in front of a real registry.</summary>
[Trait("Needs", "Server")]
public sealed class RegistryGateTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Nothing_can_be_pulled_by_a_name_before_the_verdict_nor_after_a_bad_one()
    {
        await using var server = await RegistryProcess.StartAsync();
        using var store = await ActivityStore.CreateAsync(new FakeClock());
        using var registry = Connect(store, server);
        var image = await store.AssembleAsync(registry);
        await AssertHiddenAsync();

        using var trivy = new FakeTrivy($"--image-src remote {registry.PullReference(ImageNames.QuarantineRepository, image.Digest)}", GateSteps.Vulnerable);
        var bad = await store.ScanAsync(registry, image, trivy);
        await Assert.ThrowsAsync<NonRetryableException>(() => store.ReleaseAsync(registry, image, bad));
        await AssertHiddenAsync();

        await File.WriteAllTextAsync(store.PolicyFile, """{"severities":[],"onlyFixable":true}""", Token);
        await store.ReleaseAsync(registry, image, (await store.Gate.JudgeAsync(image.Digest, Token)).Verdict);
        Assert.Equal(image.Digest, (await registry.ResolveAsync(ImageNames.RuntimeRepository, GateSteps.RuntimeKey, Token))?.Digest);

        async Task AssertHiddenAsync()
        {
            Assert.Null(await registry.ResolveAsync(ImageNames.RuntimeRepository, image.Digest.Value, Token));
            Assert.Empty(await registry.ListTagsAsync(ImageNames.RuntimeRepository, Token).ToListAsync(Token));
            Assert.Empty(await registry.ListTagsAsync(ImageNames.QuarantineRepository, Token).ToListAsync(Token));
        }
    }

    [Fact]
    public async Task The_scanner_pulls_from_quarantine_with_the_account_that_it_finds_in_its_folder()
    {
        Requires.Program("skopeo");
        await using var server = await RegistryProcess.StartAsync(new() { Password = true });
        using var store = await ActivityStore.CreateAsync(new FakeClock());
        using var registry = Connect(store, server);
        var image = await store.AssembleAsync(registry);
        var reference = registry.PullReference(ImageNames.QuarantineRepository, image.Digest);
        using var trivy = new FakeTrivy($"--image-src remote {reference}", then: $$"""
            skopeo inspect --raw --tls-verify=false --authfile "$DOCKER_CONFIG/config.json" "docker://{{reference}}" >&2 || exit 1
            echo '{"SchemaVersion":2}'
            """);

        Assert.StartsWith("passed", (await store.ScanAsync(registry, image, trivy)).Summary, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Where_a_registry_has_tokens_the_scanner_gets_one_that_pulls_from_quarantine_and_does_nothing_else()
    {
        await using var tokens = await RegistryTokenServer.StartAsync();
        await using var server = await RegistryProcess.StartAsync(tokens.Settings);
        using var store = await ActivityStore.CreateAsync(new FakeClock());
        using var registry = Connect(store, server);
        var image = await store.AssembleAsync(registry);
        using var trivy = new FakeTrivy($"--image-src remote {registry.PullReference(ImageNames.QuarantineRepository, image.Digest)}");

        Assert.Equal(ScanOutcome.Passed, (await store.ScanAsync(registry, image, trivy)).Outcome);

        var account = JsonNode.Parse(trivy.SeenConfig)!["auths"]![new Uri(server.Address).Authority]!.AsObject();
        using var client = new HttpClient { BaseAddress = new Uri($"{server.Address}/v2/") };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", (string)Assert.Single(account, entry => entry.Key == "registrytoken").Value!);
        client.DefaultRequestHeaders.Accept.ParseAdd(MediaTypes.Manifest);
        Assert.Equal(HttpStatusCode.OK, (await client.GetAsync($"{ImageNames.QuarantineRepository}/manifests/{image.Digest}", Token)).StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, (await client.PostAsync($"{ImageNames.QuarantineRepository}/blobs/uploads/", null, Token)).StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, (await client.GetAsync($"{ImageNames.RuntimeRepository}/tags/list", Token)).StatusCode);
    }

    private static RemoteRegistry Connect(ActivityStore store, RegistryProcess server) => new(
        new() { Address = server.Address, Username = RegistryProcess.Username, Password = RegistryProcess.Password },
        Directory.CreateDirectory(Path.Combine(store.Data.Root, "spool")).FullName,
        TimeProvider.System,
        NullLogger<RemoteRegistry>.Instance);
}
