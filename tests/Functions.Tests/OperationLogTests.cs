using System.Text.Json.Nodes;
using MultiAgentInfra.Clients.Sqlite;
using MultiAgentInfra.Core.Images;

namespace MultiAgentInfra.Functions.Tests;

public sealed class OperationLogTests(ApiFixture api) : IClassFixture<ApiFixture>
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    [Fact]
    public async Task Lines_are_read_by_cursor()
    {
        var (_, operation) = await PostAsync();
        using var client = api.Client();
        await api.PrintAsync(operation, "one", "two", "three");

        var first = await ReadAsync(client, operation, "?limit=3");
        var second = await ReadAsync(client, operation, $"?after={first["next"]}");
        var nothing = await ReadAsync(client, operation, $"?after={second["next"]}");

        Assert.Equal(["--- install, attempt 1 ---", "one", "two"], Texts(first));
        Assert.Equal(["three"], Texts(second));
        Assert.Equal(("install", false), ((string)second["lines"]![0]!["step"]!, (bool)second["ended"]!));
        Assert.Empty(Texts(nothing));
        Assert.Equal((long)second["next"]!, (long)nothing["next"]!);
    }

    [Fact]
    public async Task A_wait_ends_with_the_next_line_and_with_the_operation()
    {
        var (agent, operation) = await PostAsync();
        using var client = api.Client();
        var line = ReadAsync(client, operation, "?wait=60");
        Assert.False(line.IsCompleted);
        await api.PrintAsync(operation, "one");
        var page = await line.WaitAsync(Patience, TimeProvider.System);
        Assert.NotEmpty(Texts(page));

        var rest = await ReadAsync(client, operation, "");
        var end = ReadAsync(client, operation, $"?wait=60&after={rest["next"]}");
        Assert.False(end.IsCompleted);
        await api.Get<OperationStore>().StartAsync(operation, default);
        await api.Get<AgentStore>().CompleteDeploymentAsync(operation, agent, Digest.Of("image"u8), null, default);

        var last = await end.WaitAsync(Patience, TimeProvider.System);
        Assert.True((bool)last["ended"]!);
        Assert.Empty(Texts(last));
    }

    [Fact]
    public async Task The_secrets_of_the_agent_and_of_the_control_plane_are_in_neither_log_nor_artifact()
    {
        var canary = "canary \"7d1b\" + öß / 93f4 = end";
        var agent = ApiFixture.Agent();
        agent["secrets"] = new JsonObject { ["MY_KEY"] = canary };
        var posted = await api.PostAsync(agent);
        var operation = Guid.Parse((string)posted["operation"]!["id"]!);
        using var client = api.Client();

        await api.PrintAsync(operation, $"token={canary}", $"url=https://x/?t={Uri.EscapeDataString(canary)}", $"signed with {Tokens.Secret}");

        var shown = (await ReadAsync(client, operation, "")).ToJsonString() + await client.GetStringAsync($"/api/operations/{operation}/artifacts/install.log");
        Assert.Equal(2, shown.Split("token=***").Length - 1);
        Assert.Equal(2, shown.Split("t=***").Length - 1);
        Assert.Equal(2, shown.Split("signed with ***").Length - 1);
        Assert.DoesNotContain("7d1b", shown, StringComparison.Ordinal);
        Assert.DoesNotContain(Tokens.Secret, shown, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("?after=-1")]
    [InlineData("?after=x")]
    [InlineData("?limit=0")]
    [InlineData("?limit=1001")]
    [InlineData("?wait=61")]
    public async Task A_wrong_parameter_is_named(string query)
    {
        var (_, operation) = await PostAsync();
        using var client = api.Client();

        var problem = await (await client.GetAsync($"/api/operations/{operation}/log{query}")).ProblemAsync(400, "invalid-parameter");

        Assert.Equal(query[1..].Split('=')[0], problem.Errors().Keys.Single());
    }

    private static async Task<JsonNode> ReadAsync(HttpClient client, Guid operation, string query) =>
        JsonNode.Parse(await client.GetStringAsync($"/api/operations/{operation}/log{query}"))!;

    private static IEnumerable<string> Texts(JsonNode page) => page["lines"]!.AsArray().Select(line => (string)line!["text"]!);

    private async Task<(Guid Agent, Guid Operation)> PostAsync()
    {
        var posted = await api.PostAsync();
        return (Guid.Parse((string)posted["agentId"]!), Guid.Parse((string)posted["operation"]!["id"]!));
    }
}
