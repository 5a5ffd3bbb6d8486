using System.Text.Json.Nodes;
using MultiAgentInfra.Clients.Sqlite;
using MultiAgentInfra.Core.Clusters;
using MultiAgentInfra.Core.Images;
using MultiAgentInfra.TestSupport.Portainer;

namespace MultiAgentInfra.Functions.Tests;

public sealed class ClusterApiTests
{
    private static readonly Guid Operator = Guid.NewGuid();

    [Fact]
    public async Task This_machine_is_the_one_cluster_of_the_target_local()
    {
        await using var api = await StartAsync(new());
        await api.PostAsync();
        using var client = api.Client();

        var cluster = Assert.Single((await (await client.GetAsync("/api/clusters")).JsonAsync())["items"]!.AsArray())!;
        var health = await (await client.GetAsync((string)cluster["links"]!["health"]!)).JsonAsync();

        Assert.Equal(
            ("local", "machine", "Up", false, 1, 1),
            ((string?)cluster["id"], (string?)cluster["kind"], (string?)cluster["status"], (bool)cluster["drained"]!, (int)cluster["nodes"]!, (int)cluster["agents"]!));
        Assert.Equal((true, Environment.ProcessorCount), ((bool)health["healthy"]!, (int)health["nodes"]![0]!["capacity"]!["cpu"]!));
        await (await client.GetAsync("/api/clusters/other/health")).ProblemAsync(404, "not-found");
    }

    [Fact]
    public async Task A_drained_machine_takes_no_new_agents_until_it_is_put_back()
    {
        await using var api = await StartAsync(new());
        var agent = (string)(await api.PostAsync())["agentId"]!;
        using var owner = api.Client();
        using var @operator = api.Client(Tokens.Of(Operator));

        var drained = await (await @operator.PostAsync("/api/clusters/local/drain", null)).JsonAsync();
        await (await owner.PostAsync("/api/agents", ApiFixture.Json(ApiFixture.Agent().ToJsonString()))).ProblemAsync(409, "cluster-drained");
        var again = await (await @operator.PostAsync("/api/clusters/local/drain", ApiFixture.Json("""{"drained": false}"""))).JsonAsync();

        Assert.Equal("""{"id":"local","drained":true,"agents":[],"others":1}""", drained.ToJsonString());
        Assert.False((bool)again["drained"]!);
        Assert.NotEqual(agent, (string)(await api.PostAsync())["agentId"]!);
    }

    [Fact]
    public async Task Only_operators_drain()
    {
        await using var api = await StartAsync(new());
        using var owner = api.Client();
        using var @operator = api.Client(Tokens.Of(Operator));

        await (await owner.PostAsync("/api/clusters/local/drain", null)).ProblemAsync(403, "forbidden");
        await (await @operator.PostAsync("/api/clusters/other/drain", null)).ProblemAsync(404, "not-found");
        await (await @operator.PostAsync("/api/clusters/local/drain", ApiFixture.Json("""{"drained": 1, "now": true}"""))).ProblemAsync(422, "validation");

        Assert.False((bool)(await (await owner.GetAsync("/api/clusters")).JsonAsync())["items"]![0]!["drained"]!);
    }

    [Fact]
    public async Task The_clusters_of_a_Portainer_are_seen_and_of_others_agents_only_that_a_place_is_taken()
    {
        await using var portainer = await PortainerServer.StartAsync();
        portainer.AddKubernetes("one").SetNodes(new("n1"), new("n2", Ready: false));
        portainer.AddKubernetes("two");
        portainer.Environment("two").IsUp = false;
        await using var api = await StartAsync(Settings(portainer));
        var agent = Guid.Parse((string)(await api.PostAsync())["agentId"]!);
        await PlaceAsync(api, agent, "1");
        using var owner = api.Client();
        using var stranger = api.Client(Tokens.Of(Operator));

        var text = await (await stranger.GetAsync("/api/clusters")).Content.ReadAsStringAsync();
        var clusters = JsonNode.Parse(text)!["items"]!.AsArray();
        var health = await (await owner.GetAsync("/api/clusters/1/health")).JsonAsync();
        var drain = await (await stranger.PostAsync("/api/clusters/1/drain", null)).JsonAsync();

        Assert.Equal([("1", "Up", 0), ("2", "Down", 0)], clusters.Select(cluster => ((string)cluster!["id"]!, (string)cluster["status"]!, (int)cluster["agents"]!)));
        Assert.DoesNotContain(agent.ToString(), text, StringComparison.Ordinal);
        Assert.Equal((1, false, 32.0), ((int)health["cluster"]!["agents"]!, (bool)health["healthy"]!, (double)health["cluster"]!["capacity"]!["cpu"]!));
        Assert.Equal("Node n2: NotReady.", (string?)Assert.Single(health["conditions"]!.AsArray()));
        Assert.Equal(("[]", 1), (drain["agents"]!.ToJsonString(), (int)drain["others"]!));
        Assert.Null((await PlaceAsync(api, Guid.Parse((string)(await api.PostAsync())["agentId"]!), "1")).Cluster);
    }

    [Fact]
    public async Task A_cluster_that_is_not_known_is_an_error_of_its_field_together_with_all_others()
    {
        await using var portainer = await PortainerServer.StartAsync();
        portainer.AddKubernetes("one");
        await using var api = await StartAsync(Settings(portainer));
        using var client = api.Client();
        var agent = ApiFixture.Agent();
        (agent["cluster"], agent["name"]) = ("9", "");

        var problem = await (await client.PostAsync("/api/agents", ApiFixture.Json(agent.ToJsonString()))).ProblemAsync(422, "validation");
        (agent["cluster"], agent["name"]) = ("1", "Juniper");
        await api.PostAsync(agent);

        Assert.Equal("is not known; known: 1", problem.Errors()["cluster"]);
        Assert.Contains("name", problem.Errors().Keys);
    }

    [Fact]
    public async Task A_Portainer_that_does_not_answer_is_said()
    {
        await using var portainer = await PortainerServer.StartAsync();
        await using var api = await StartAsync(Settings(portainer));
        portainer.Fail(PortainerFault.Error("GET", "/api/endpoints") with { Times = 1000 });
        using var client = api.Client();

        await (await client.GetAsync("/api/clusters")).ProblemAsync(503, "clusters-unknown");
        var agent = ApiFixture.Agent();
        agent["cluster"] = "9";
        await api.PostAsync(agent);
    }

    [Fact]
    public async Task Operators_who_are_none_stop_the_start()
    {
        var error = await Assert.ThrowsAnyAsync<Exception>(() => StartAsync(new() { ["Operators:Subjects:1"] = "admin" }));

        Assert.Contains("Operators:Subjects:1 'admin' is no UUID.", error.Message, StringComparison.Ordinal);
    }

    private static async Task<PlacementDecision> PlaceAsync(ApiFixture api, Guid agent, string cluster) => await api.Get<PlacementStore>().ClaimAsync(
        new(agent, new(100, 1, 1), 1, cluster), await api.Get<Clients.Targets.IClusterDirectory>().ListAsync(TestContext.Current.CancellationToken), TestContext.Current.CancellationToken);

    private static async Task<ApiFixture> StartAsync(Dictionary<string, string?> settings)
    {
        settings["Operators:Subjects:0"] = Operator.ToString();
        var api = new ApiFixture { MoreSettings = settings };
        await api.InitializeAsync();
        return api;
    }

    private static Dictionary<string, string?> Settings(PortainerServer portainer) => new()
    {
        ["PORTAINER_URL"] = portainer.Address,
        ["PORTAINER_API_KEY"] = PortainerServer.ApiKey,
        ["Registry:Address"] = "http://127.0.0.1:9",
        ["Build:BaseImage"] = $"127.0.0.1:9/base/node:1@{Digest.Of("base"u8)}",
    };
}
