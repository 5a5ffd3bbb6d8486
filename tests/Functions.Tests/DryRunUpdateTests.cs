using System.Net.Http.Headers;
using System.Text.Json.Nodes;
using MultiAgentInfra.Clients.Sqlite;
using MultiAgentInfra.Core.Images;

namespace MultiAgentInfra.Functions.Tests;

public sealed class DryRunUpdateTests(ApiFixture api) : IClassFixture<ApiFixture>
{
    private const string Canary = "canary-dry-update-c20e";

    [Fact]
    public async Task An_update_is_compared_with_the_revision_that_runs_and_makes_no_other()
    {
        var id = await DeployAsync();
        var changed = Changed();

        var before = await AgentAsync(id);
        var (answer, text) = await RunAsync(id, changed);

        Assert.Equal(2, (int)answer["revision"]!);
        Assert.Equal(id, (string)answer["agentId"]!);
        var change = Assert.Single(answer["difference"]!.AsArray())!;
        Assert.Equal(("Changed", "Process"), ((string)change["change"]!, (string)change["kind"]!));
        Assert.Equal(
            ["/spec/env/AGENT_SECRET_NAMES", "/spec/env/LOG_LEVEL", "/spec/env/NEW_KEY", "/spec/env/NODE_OPTIONS", "/spec/env/OLD_KEY", "/spec/env/OLD_NAME", "/spec/image", "/spec/memoryMiB"],
            change["paths"]!.AsArray().Select(path => (string)path!));
        Assert.Equal(["ELIZA_SERVER_AUTH_TOKEN", "KEPT_KEY", "NEW_KEY", "SECRET_SALT"], answer["secrets"]!.AsArray().Select(name => (string)name!));
        Assert.DoesNotContain(Canary, text, StringComparison.Ordinal);
        Assert.Equal(before, await AgentAsync(id));
        Assert.Null(await api.Get<AgentStore>().GetRevisionAsync(Guid.Parse(id), 2, default));
    }

    [Fact]
    public async Task A_kept_secret_in_the_new_layer_is_found()
    {
        var id = await DeployAsync();
        var changed = Changed();
        changed["knowledge"] = new JsonArray(new JsonObject { ["name"] = "notes.md", ["content"] = $"It is {Canary}-kept." });

        Assert.Equal("Refused", (string)(await RunAsync(id, changed)).Answer["policy"]!["layer"]!["verdict"]!);
    }

    [Fact]
    public async Task What_would_refuse_the_update_refuses_its_dry_run()
    {
        var id = await DeployAsync();
        await (await PutAsync(id, Changed(), "\"999\"")).ProblemAsync(412, "precondition-failed");
        await (await PutAsync(id, Changed(), null)).ProblemAsync(428, "precondition-required");
        await (await PutAsync(Guid.NewGuid().ToString(), Changed(), "*")).ProblemAsync(404, "not-found");
        await (await PutAsync(id, new JsonObject(), "*")).ProblemAsync(422, "validation");
        var waiting = (string)(await api.PostAsync())["agentId"]!;
        await (await PutAsync(waiting, Changed(), "*")).ProblemAsync(409, "operation-in-flight");
    }

    private static JsonObject Changed()
    {
        var agent = ApiFixture.Agent();
        agent["secrets"] = new JsonObject { ["NEW_KEY"] = Canary + "-new", ["OLD_KEY"] = null };
        agent["env"] = new JsonObject { ["LOG_LEVEL"] = "trace" };
        agent["resources"] = new JsonObject { ["memoryMiB"] = 2048 };
        return agent;
    }

    private async Task<string> DeployAsync()
    {
        var agent = ApiFixture.Agent();
        agent["secrets"] = new JsonObject { ["KEPT_KEY"] = Canary + "-kept", ["OLD_KEY"] = Canary + "-old" };
        agent["env"] = new JsonObject { ["LOG_LEVEL"] = "debug", ["OLD_NAME"] = "x" };
        var posted = await api.PostAsync(agent);
        var (id, operation) = (Guid.Parse((string)posted["agentId"]!), Guid.Parse((string)posted["operation"]!["id"]!));
        await api.Get<OperationStore>().StartAsync(operation, default);
        await api.Get<AgentStore>().CompleteDeploymentAsync(operation, id, Digest.Of("image"u8), 1, default);
        return id.ToString();
    }

    private async Task<string> AgentAsync(string id)
    {
        using var client = api.Client();
        return await client.GetStringAsync($"/api/agents/{id}");
    }

    private async Task<(JsonNode Answer, string Text)> RunAsync(string id, JsonObject body)
    {
        var response = await PutAsync(id, body, "*");
        var text = await response.Content.ReadAsStringAsync();
        Assert.True((int)response.StatusCode == 200, text);
        var answer = JsonNode.Parse(text)!;
        Assert.Empty(JsonSchema.Check(OpenApiTests.Load(), new JsonObject { ["$ref"] = "#/components/schemas/DryRun" }, answer));
        return (answer, text);
    }

    private async Task<HttpResponseMessage> PutAsync(string id, JsonObject body, string? version)
    {
        using var client = api.Client();
        var request = new HttpRequestMessage(HttpMethod.Put, $"/api/agents/{id}?dryRun=true") { Content = ApiFixture.Json(body.ToJsonString()) };
        if (version is not null)
            request.Headers.IfMatch.Add(version == "*" ? EntityTagHeaderValue.Any : new(version));
        return await client.SendAsync(request);
    }
}
