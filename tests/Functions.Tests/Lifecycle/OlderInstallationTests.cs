using System.Text.Json.Nodes;
using MultiAgentInfra.Clients;
using MultiAgentInfra.Clients.Tests.Sqlite;

namespace MultiAgentInfra.Functions.Tests.Lifecycle;

/// <summary>The data folder of an earlier release, opened by this one: what its owner reads, and what may be done.</summary>
public sealed class OlderInstallationTests
{
    [Theory]
    [InlineData(4, "DELETING", "DEPLOYING", "QUEUED", "FAILED", "QUEUED")]
    [InlineData(5, "QUEUED", "STOPPED", "DELETING", "DEPLOYING", "QUEUED", "FAILED", "QUEUED")]
    public async Task Its_agents_are_listed_read_and_deleted(int version, params string[] states)
    {
        await using var api = new ApiFixture();
        using (var folder = DataFolder.Open(api.Data))
            SavedDatabase.Write(folder, version);
        await api.InitializeAsync();
        using var client = api.Client(Tokens.Of(SavedDatabase.Owner));

        var listed = (await (await client.GetAsync("/api/agents")).JsonAsync())["items"]!.AsArray();

        // Nothing of them runs here, so those that should are deployed again: under a number that was never used.
        Assert.Equal(states, listed.Select(agent => (string?)agent!["status"]));
        var running = listed[^1]!;
        Assert.Equal((1, 1, 3), ((int)running["revision"]!, (int)running["runningRevision"]!, (int)running["attempt"]!));
        foreach (var agent in listed)
        {
            Check("Agent", await ReadAsync(client, (string)agent!["links"]!["self"]!));
            Check("Operation", await ReadAsync(client, (string)agent["links"]!["operation"]!));
        }

        for (var number = 1; number <= 8; number++)
            Check("Operation", await ReadAsync(client, $"/api/operations/{SavedDatabase.Operation(number)}"));
        var error = (await ReadAsync(client, $"/api/operations/{SavedDatabase.Operation(3)}"))["error"]!;
        Assert.Equal(("healthy", null, 0), ((string?)error["step"], (string?)error["cause"], error["evidence"]!.AsArray().Count));

        client.DefaultRequestHeaders.Add("If-Match", "*");
        foreach (var agent in listed)
        {
            var deleted = await client.DeleteAsync((string)agent!["links"]!["self"]!);
            Assert.Equal((202, "DELETING"), ((int)deleted.StatusCode, (string?)(await deleted.JsonAsync())["status"]));
        }
    }

    private static async Task<JsonNode> ReadAsync(HttpClient client, string path)
    {
        var response = await client.GetAsync(path);
        Assert.Equal(200, (int)response.StatusCode);
        return await response.JsonAsync();
    }

    private static void Check(string schema, JsonNode answer) =>
        Assert.Empty(JsonSchema.Check(OpenApiTests.Load(), new JsonObject { ["$ref"] = $"#/components/schemas/{schema}" }, answer));
}
