using MultiAgentInfra.Activities.Builds;
using MultiAgentInfra.Clients.Oci;
using MultiAgentInfra.Core;
using MultiAgentInfra.Core.Characters;
using MultiAgentInfra.Core.Deployments;
using MultiAgentInfra.Core.Images;
using MultiAgentInfra.TestSupport;

namespace MultiAgentInfra.Activities.Tests;

public sealed class BuildAgentImageActivityTests
{
    [Theory]
    [InlineData(ActivityStore.SecretValue)]
    [InlineData("-----BEGIN RSA PRIVATE KEY-----\nMIIEowIBAAKCAQEA0123456789abcdef\n-----END RSA PRIVATE KEY-----")]
    public async Task A_layer_that_holds_a_secret_is_refused_without_showing_it(string secret)
    {
        using var store = await ActivityStore.CreateAsync(new FakeClock(), new KnowledgeFile("notes.md", $"The key is {secret}."));
        using var registry = new OciLayout(store.Data.Registry, TimeProvider.System);
        var activity = new BuildAgentImageActivity(new AgentImageBuilder(registry), store.Agents, store.Secrets, store.Gate, store.Recorder);

        var exception = await Assert.ThrowsAsync<NonRetryableException>(
            () => activity.RunAsync(new NoContext(), new BuildAgentImage(store.OperationId, store.Agent.Id, 1, Digest.Of("runtime"u8))));

        Assert.Contains("notes.md", exception.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(secret, exception.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain(secret, (await store.StepAsync("agent-image")).Error, StringComparison.Ordinal);
    }
}
