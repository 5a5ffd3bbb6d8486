using System.Text.Json.Nodes;
using MultiAgentInfra.Core.Images;
using MultiAgentInfra.TestSupport.Portainer;

namespace MultiAgentInfra.Functions.Tests;

public sealed class DryRunClusterTests
{
    private const string Canary = "canary-dry-cluster-91c7";

    [Fact]
    public async Task It_has_the_manifests_the_difference_and_the_cost_and_writes_nothing_to_the_cluster()
    {
        await using var portainer = await PortainerServer.StartAsync();
        var cluster = portainer.AddKubernetes("one");
        await using var api = new ApiFixture { MoreSettings = Settings(portainer) };
        await api.InitializeAsync();
        var agent = ApiFixture.Agent();
        agent["secrets"] = new JsonObject { ["MY_KEY"] = Canary };
        agent["env"] = new JsonObject { ["LOG_LEVEL"] = "debug" };

        var (answer, text) = await DryRunTests.RunAsync(api, agent);

        Assert.Empty(cluster.ObjectsWith("app.kubernetes.io/managed-by=multi-agent-infra"));
        // Apart from the templates, which every start puts there.
        Assert.All(portainer.Calls.Where(call => !call.Contains("/custom_templates", StringComparison.Ordinal)), call => Assert.StartsWith("GET ", call, StringComparison.Ordinal));
        Assert.DoesNotContain(Canary, text, StringComparison.Ordinal);
        Assert.DoesNotContain(Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes(Canary)), text, StringComparison.Ordinal);
        Assert.Superset(
            new HashSet<string> { "Namespace", "ResourceQuota", "LimitRange", "NetworkPolicy", "Secret", "ServiceAccount", "ConfigMap", "StatefulSet" },
            answer["manifests"]!.AsArray().Select(item => (string)item!["kind"]!).ToHashSet());
        Assert.Equal("***", (string)Of(answer, "Secret")["data"]!["MY_KEY"]!);
        Assert.Equal("debug", (string)Of(answer, "ConfigMap")["data"]!["LOG_LEVEL"]!);
        var image = (string)Of(answer, "StatefulSet")["spec"]!["template"]!["spec"]!["containers"]![0]!["image"]!;
        Assert.Equal(((string)answer["image"]!["reference"]!, true), (image, image.EndsWith(new string('0', 64), StringComparison.Ordinal)));
        Assert.Contains("kind: StatefulSet", (string)answer["yaml"]!, StringComparison.Ordinal);
        Assert.DoesNotContain("kind: Secret", (string)answer["yaml"]!, StringComparison.Ordinal);
        Assert.Equal(answer["manifests"]!.AsArray().Count, answer["difference"]!.AsArray().Count(item => (string)item!["change"]! == "Added"));
        Assert.Equal(
            """{"pods":1,"maxPods":1,"requests":{"cpu":0.1,"memoryMiB":512},"limits":{"cpu":1,"memoryMiB":1024},"storageGiB":2}""",
            answer["cost"]!.ToJsonString());
    }

    private static Dictionary<string, string?> Settings(PortainerServer portainer) => new()
    {
        ["PORTAINER_URL"] = portainer.Address,
        ["PORTAINER_API_KEY"] = PortainerServer.ApiKey,
        ["Registry:Address"] = "http://127.0.0.1:9",
        ["Build:BaseImage"] = $"127.0.0.1:9/base/node:1@{Digest.Of("base"u8)}",
    };

    private static JsonNode Of(JsonNode answer, string kind) => answer["manifests"]!.AsArray().Single(item => (string)item!["kind"]! == kind)!;
}
