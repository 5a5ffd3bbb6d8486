using System.Text;
using System.Text.Json.Nodes;
using Microsoft.Data.Sqlite;
using MultiAgentInfra.Functions.Tests.Portainer;

namespace MultiAgentInfra.Functions.Tests.Lifecycle;

/// <summary>What the update of an agent that runs in a cluster would do, and that it is not done.</summary>
[Collection(LivingAgents.Name)]
public sealed class ClusterDryRunTests(ClusterFixture fixture)
{
    private const string Canary = "canary-of-a-dry-run-3b7e";

    [Fact]
    public async Task It_is_compared_with_what_the_cluster_has_and_nothing_is_written_anywhere()
    {
        var first = ClusterFixture.NewAgent();
        first["env"] = new JsonObject { ["LOG_LEVEL"] = "debug", ["OLD_NAME"] = "x" };
        using var agent = await LivingAgent.DeployAsync(fixture, first);
        var (calls, stored) = (fixture.Portainer.Calls.Count, Stored());

        var (answer, text) = await RunAsync(agent, Changed());

        Assert.All(fixture.Portainer.Calls.Skip(calls), call => Assert.StartsWith("GET ", call, StringComparison.Ordinal));
        Assert.True(fixture.Portainer.Calls.Count > calls);
        Assert.Equal(stored, Stored());
        foreach (var value in new[] { Canary, ClusterFixture.Canary })
        {
            Assert.DoesNotContain(value, text, StringComparison.Ordinal);
            Assert.DoesNotContain(Convert.ToBase64String(Encoding.UTF8.GetBytes(value)), text, StringComparison.Ordinal);
        }

        Assert.Equal((2, $"{agent.Id}"), ((int)answer["revision"]!, (string?)answer["agentId"]));
        Assert.Equal(["ConfigMap", "Secret", "StatefulSet"], answer["difference"]!.AsArray().Select(item => (string)item!["kind"]!).Order());
        Assert.All(answer["difference"]!.AsArray(), item => Assert.Equal("Changed", (string?)item!["change"]));
        Assert.Equal(["/data/AGENT_SECRET_NAMES", "/data/LOG_LEVEL", "/data/NODE_OPTIONS", "/data/OLD_NAME"], PathsOf(answer, "ConfigMap"));
        Assert.Equal(["/data/NEW_KEY"], PathsOf(answer, "Secret"));
        Assert.Contains("/spec/template/spec/containers/0/resources/limits/memory", PathsOf(answer, "StatefulSet"));
        var secret = answer["manifests"]!.AsArray().Single(item => (string?)item!["kind"] == "Secret")!;
        Assert.All(secret["data"]!.AsObject(), value => Assert.Equal("***", (string?)value.Value));
        Assert.Equal(["ELIZA_SERVER_AUTH_TOKEN", "MY_KEY", "NEW_KEY", "SECRET_SALT"], answer["secrets"]!.AsArray().Select(name => (string)name!));
        Assert.Equal("1", (string?)answer["placement"]!["cluster"]);
        Assert.Equal("Reused", (string?)answer["policy"]!["runtime"]!["verdict"]);
        Assert.Equal("Passed", (string?)answer["policy"]!["layer"]!["verdict"]);
        Assert.Equal((1, 2048), ((int)answer["cost"]!["pods"]!, (int)answer["cost"]!["limits"]!["memoryMiB"]!));
        Assert.Contains("LOG_LEVEL: trace", (string?)answer["yaml"], StringComparison.Ordinal);

        Assert.Equal("1", LivingAgent.Label(agent.TheOne("pods"), "revision"));
        await agent.DeleteAsync();
    }

    [Fact]
    public async Task What_is_as_it_runs_differs_in_its_image_only()
    {
        using var agent = await LivingAgent.DeployAsync(fixture);

        var (answer, _) = await RunAsync(agent, ClusterFixture.NewAgent());

        // The image has not been built, and so has no digest.
        Assert.Equal(["/spec/template/spec/containers/0/image"], PathsOf(answer, "StatefulSet"));
        Assert.Single(answer["difference"]!.AsArray());
        await agent.DeleteAsync();
    }

    private static JsonObject Changed()
    {
        var agent = ClusterFixture.NewAgent();
        agent["secrets"] = new JsonObject { ["NEW_KEY"] = Canary };
        agent["env"] = new JsonObject { ["LOG_LEVEL"] = "trace" };
        agent["resources"] = new JsonObject { ["memoryMiB"] = 2048 };
        return agent;
    }

    private static async Task<(JsonNode Answer, string Text)> RunAsync(LivingAgent agent, JsonObject body)
    {
        using var request = new HttpRequestMessage(HttpMethod.Put, $"/api/agents/{agent.Id}?dryRun=true") { Headers = { { "If-Match", "*" } } };
        request.Content = ApiFixture.Json(body.ToJsonString());
        var response = await agent.Client.SendAsync(request);
        var text = await response.Content.ReadAsStringAsync();
        Assert.True((int)response.StatusCode == 200, text);
        return (JsonNode.Parse(text)!, text);
    }

    private static IEnumerable<string> PathsOf(JsonNode answer, string kind) =>
        answer["difference"]!.AsArray().Single(item => (string?)item!["kind"] == kind)!["paths"]!.AsArray().Select(path => (string)path!);

    /// <summary>Every row of the store, but for what the health poller sees.</summary>
    private string Stored()
    {
        using var db = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = Path.Combine(fixture.Data, "control.db"), Mode = SqliteOpenMode.ReadOnly, Pooling = false }.ToString());
        db.Open();
        var rows = new StringBuilder();
        foreach (var table in Rows("SELECT name FROM sqlite_master WHERE type = 'table' AND name <> 'monitors' ORDER BY name"))
            rows.Append(table).AppendLine().AppendJoin('\n', Rows($"SELECT * FROM {table}")).AppendLine();
        return rows.ToString();

        List<string> Rows(string query)
        {
            using var command = db.CreateCommand();
            command.CommandText = query;
            using var reader = command.ExecuteReader();
            var read = new List<string>();
            while (reader.Read())
                read.Add(string.Join('|', Enumerable.Range(0, reader.FieldCount).Select(column => reader.GetValue(column) is byte[] bytes ? Convert.ToHexString(bytes) : reader.GetValue(column))));
            return read;
        }
    }
}
