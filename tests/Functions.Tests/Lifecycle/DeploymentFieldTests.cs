using System.Text.Json.Nodes;
using MultiAgentInfra.Clients.Sqlite;
using MultiAgentInfra.Core.Agents;

namespace MultiAgentInfra.Functions.Tests.Lifecycle;

/// <summary>How an agent may ask to run, where there are clusters.</summary>
public sealed class DeploymentFieldTests(OrderedFixture fixture) : IClassFixture<OrderedFixture>
{
    private const string Singleton = "can be more than one only for an agent that is replicable";
    private const string NoName = "must be a DNS name in lower case, such as agent.example.com";

    [Theory]
    [InlineData("""{"replicas":3,"maxReplicas":5}""", $"maxReplicas: {Singleton}", $"replicas: {Singleton}")]
    [InlineData("""{"replicable":true}""", "replicable: needs the secret POSTGRES_URL: replicas cannot share a database of their own")]
    [InlineData("""{"cluster":"99"}""", "cluster: is not known; known: 1")]
    [InlineData("""{"replicas":0,"maxReplicas":101}""", "maxReplicas: must be a whole number from 1 to 100", "replicas: must be a whole number from 1 to 100")]
    [InlineData("""{"replicable":true,"replicas":5,"maxReplicas":4,"secrets":{"POSTGRES_URL":"postgres://u:p@db.example/x"}}""", "maxReplicas: must not be less than replicas")]
    [InlineData("""{"cluster":7,"replicable":"yes","replicas":"2","host":8}""",
        "cluster: must be a string", "host: must be a string", "replicable: must be true or false", "replicas: must be a whole number from 1 to 100")]
    [InlineData("""{"cluster":"99","replicable":true,"replicas":0,"maxReplicas":2.5,"host":"Not A Name"}""",
        "cluster: is not known; known: 1", $"host: {NoName}", "maxReplicas: must be a whole number from 1 to 100",
        "replicable: needs the secret POSTGRES_URL: replicas cannot share a database of their own", "replicas: must be a whole number from 1 to 100")]
    public async Task Every_problem_is_named_at_once_for_a_new_agent_and_for_an_update(string fields, params string[] errors)
    {
        Assert.Equal(errors, await ErrorsAsync(fields, id: null));
        Assert.Equal(errors, await ErrorsAsync(fields, await fixture.InStateAsync(AgentStatus.Running, ApiFixture.Agent())));
    }

    [Theory]
    [InlineData("localhost")]
    [InlineData("Agent.example.com")]
    [InlineData("-agent.example.com")]
    [InlineData("agent-.example.com")]
    [InlineData("agent..example.com")]
    [InlineData("agent.example.com.")]
    [InlineData("*.example.com")]
    [InlineData("agent.example.com/path")]
    [InlineData("agent.example.com\n")]
    [InlineData("agent example.com")]
    [InlineData("10.0.0.1")]
    [InlineData("")]
    public async Task A_host_is_a_name_that_an_ingress_takes(string host) =>
        Assert.Equal([$"host: {NoName}"], await ErrorsAsync(new JsonObject { ["host"] = host }.ToJsonString(), id: null));

    [Fact]
    public async Task What_fits_together_is_accepted()
    {
        var agent = OrderedFixture.Replicable(2);
        (agent["maxReplicas"], agent["cluster"], agent["host"]) = (4, "1", $"{string.Join('.', Enumerable.Repeat(new string('a', 50), 4))}.example.com");
        await fixture.Api.PostAsync(agent);
    }

    /// <summary>PGlite's files cannot be shared, so the last one to take the database away is refused as well.</summary>
    [Fact]
    public async Task A_replicable_agent_keeps_its_database()
    {
        var id = await fixture.InStateAsync(AgentStatus.Running);

        Assert.Empty(await ErrorsAsync("""{"replicable":true,"secrets":{}}""", id, dryRun: true));
        Assert.Equal(
            ["replicable: needs the secret POSTGRES_URL: replicas cannot share a database of their own"],
            await ErrorsAsync("""{"replicable":true,"secrets":{"POSTGRES_URL":null}}""", id));
    }

    [Fact]
    public async Task A_host_name_belongs_to_one_agent_of_all_owners_for_as_long_as_it_is_there()
    {
        const string Host = """{"host":"taken.example.com"}""";
        var first = await fixture.InStateAsync(AgentStatus.Running, With(Host));
        var other = await fixture.InStateAsync(AgentStatus.Running, ApiFixture.Agent());
        var stranger = Tokens.Of(Guid.NewGuid());
        Assert.Empty(await ErrorsAsync(Host, first, dryRun: true));

        foreach (var dryRun in new[] { true, false })
        {
            Assert.Equal(["host: belongs to another agent"], await ErrorsAsync(Host, id: null, dryRun));
            Assert.Equal(["host: belongs to another agent"], await ErrorsAsync(Host, other, dryRun));
            Assert.Equal(["host: belongs to another agent"], await ErrorsAsync(Host, id: null, dryRun, stranger));
        }

        await fixture.OrderAsync(first, "delete");
        Assert.Equal(["host: belongs to another agent"], await ErrorsAsync(Host, id: null, dryRun: true, stranger));
        var deletion = (await fixture.Api.Get<AgentStore>().FindAsync(first, default))!.OperationId;
        await fixture.Api.Get<OperationStore>().StartAsync(deletion, default);
        await fixture.Api.Get<AgentStore>().CompleteDeletionAsync(deletion, first, default);
        Assert.Empty(await ErrorsAsync(Host, id: null, dryRun: true, stranger));
    }

    private static JsonObject With(string fields)
    {
        var agent = ApiFixture.Agent();
        foreach (var field in JsonNode.Parse(fields)!.AsObject())
            agent[field.Key] = field.Value?.DeepClone();
        return agent;
    }

    private async Task<IEnumerable<string>> ErrorsAsync(string fields, Guid? id, bool dryRun = false, string? token = null)
    {
        using var client = fixture.Api.Client(token ?? Tokens.Of(fixture.Api.Owner));
        using var request = new HttpRequestMessage(id is null ? HttpMethod.Post : HttpMethod.Put, $"/api/agents{(id is null ? "" : $"/{id}")}{(dryRun ? "?dryRun=true" : "")}");
        request.Content = ApiFixture.Json(With(fields).ToJsonString());
        if (id is not null)
            request.Headers.Add("If-Match", "*");
        var response = await client.SendAsync(request);
        return dryRun && response.IsSuccessStatusCode
            ? []
            : (await response.ProblemAsync(422, "validation")).Errors().Select(error => $"{error.Key}: {error.Value}").Order(StringComparer.Ordinal);
    }
}

/// <summary>The same fields where agents run on this machine.</summary>
public sealed class LocalDeploymentFieldTests(ApiFixture api) : IClassFixture<ApiFixture>
{
    private const string NotHere = "is for targets that are clusters, and this installation has none";

    [Fact]
    public async Task None_of_them_is_for_one_machine()
    {
        var agent = ApiFixture.Agent();
        (agent["cluster"], agent["replicable"], agent["replicas"], agent["maxReplicas"], agent["host"]) = ("one", true, 2, 3, "agent.example.com");
        var id = (string)(await api.PostAsync())["agentId"]!;
        using var client = api.Client();
        client.DefaultRequestHeaders.Add("If-Match", "*");
        foreach (var response in new[]
        {
            await client.PostAsync("/api/agents", ApiFixture.Json(agent.ToJsonString())),
            await client.PutAsync($"/api/agents/{id}", ApiFixture.Json(agent.ToJsonString())),
        })
        {
            var errors = (await response.ProblemAsync(422, "validation")).Errors();
            Assert.Equal(["cluster", "host", "maxReplicas", "replicable", "replicas"], errors.Keys.Order());
            Assert.All(errors, error => Assert.Contains(NotHere, error.Value, StringComparison.Ordinal));
        }
    }

    [Fact]
    public async Task What_is_so_anyway_may_be_said()
    {
        var agent = ApiFixture.Agent();
        (agent["replicable"], agent["replicas"], agent["maxReplicas"]) = (false, 1, 1);
        await api.PostAsync(agent);
    }
}
