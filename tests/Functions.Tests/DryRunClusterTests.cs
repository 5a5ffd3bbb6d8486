using System.Text.Json.Nodes;
using MultiAgentInfra.Clients.Sqlite;
using MultiAgentInfra.Clients.Targets;
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
        Assert.Equal("1", (string)answer["placement"]!["cluster"]!);
        Assert.Contains("has room for", (string)answer["placement"]!["clusters"]![0]!["reason"]!, StringComparison.Ordinal);
        Assert.Equal(
            """{"pods":1,"maxPods":1,"requests":{"cpu":0.1,"memoryMiB":512},"limits":{"cpu":1,"memoryMiB":1024},"storageGiB":2}""",
            answer["cost"]!.ToJsonString());
    }

    [Fact]
    public async Task A_placement_that_no_cluster_takes_is_said_and_what_does_not_answer_is_a_problem()
    {
        await using var portainer = await PortainerServer.StartAsync();
        portainer.AddKubernetes("one");
        portainer.Environment("one").IsUp = false;
        await using var api = new ApiFixture { MoreSettings = Settings(portainer) };
        await api.InitializeAsync();

        var placement = (await DryRunTests.RunAsync(api, ApiFixture.Agent())).Answer["placement"]!;
        Assert.Null(placement["cluster"]);
        Assert.Contains("is down", (string)placement["clusters"]![0]!["reason"]!, StringComparison.Ordinal);
        Assert.Empty(await api.Get<PlacementStore>().ListAsync(default));

        await portainer.DisposeAsync();
        await using var other = new ApiFixture { MoreSettings = Settings(portainer) };
        await other.InitializeAsync();
        using var client = other.Client();
        var response = await client.PostAsync("/api/agents?dryRun=true", ApiFixture.Json(ApiFixture.Agent().ToJsonString()));
        await response.ProblemAsync(503, "dry-run-failed");
    }

    [Fact]
    public async Task Of_an_owner_who_has_agents_there_only_the_agents_own_objects_are_new()
    {
        await using var portainer = await PortainerServer.StartAsync();
        portainer.AddKubernetes("one");
        await using var api = new ApiFixture { MoreSettings = Settings(portainer) };
        await api.InitializeAsync();
        var organization = await api.Get<OrganizationStore>().GetPersonalAsync(api.Owner.ToString(), default);
        var launch = new AgentLaunch(
            (await api.CommitAsync()).Agent.Id, 1, 1, Guid.NewGuid(), Digest.Of("image"u8), Digest.Of("runtime"u8), 0, 0, new(), organization, ElizaVersion: "1.7.2");
        await api.Get<IAgentTarget>().PrepareAsync(launch, new("agents", Nothing, Nothing), default);

        var (answer, _) = await DryRunTests.RunAsync(api, ApiFixture.Agent());

        Assert.Equal(
            ["ConfigMap", "Secret", "ServiceAccount", "StatefulSet"],
            answer["difference"]!.AsArray().Select(item => (string)item!["kind"]!).Order());

        static Task Nothing(string folder, CancellationToken cancellationToken) => Task.CompletedTask;
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
