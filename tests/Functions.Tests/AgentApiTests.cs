using System.Text.Json.Nodes;

namespace MultiAgentInfra.Functions.Tests;

public sealed class AgentApiTests(ApiFixture api) : IClassFixture<ApiFixture>
{
    [Fact]
    public async Task A_posted_agent_is_accepted_with_its_operation_and_links()
    {
        using var client = api.Client();
        var response = await client.PostAsync("/api/agents", ApiFixture.Json(ApiFixture.Agent("Tansy").ToJsonString()));
        var body = await response.JsonAsync();

        Assert.Equal(202, (int)response.StatusCode);
        var (agent, operation) = ($"/api/agents/{body["agentId"]}", $"/api/operations/{body["operation"]!["id"]}");
        Assert.Equal("QUEUED", (string?)body["status"]);
        Assert.Equal("NotStarted", (string?)body["operation"]!["status"]);
        Assert.Equal(agent, response.Headers.Location?.ToString());
        Assert.Equal(operation, response.Headers.GetValues("Operation-Location").Single());
        Assert.True(response.Headers.RetryAfter?.Delta > TimeSpan.Zero);
        Assert.Equal([agent, operation, agent + "/logs", null], new[] { "self", "operation", "logs", "target" }.Select(link => (string?)body["links"]![link]));
        Assert.Equal(200, (int)(await client.GetAsync(agent)).StatusCode);
        Assert.Equal("Deploy", (string?)(await (await client.GetAsync(operation)).JsonAsync())["kind"]);
    }

    [Fact]
    public async Task The_name_is_trimmed()
    {
        var agent = ApiFixture.Agent();
        agent["name"] = "  Bergamot \n";
        var id = (await api.PostAsync(agent))["agentId"];
        using var client = api.Client();
        Assert.Equal("Bergamot", (string?)(await (await client.GetAsync($"/api/agents/{id}")).JsonAsync())["name"]);
    }

    [Fact]
    public async Task An_agent_that_the_caller_has_is_not_sent_again()
    {
        using var client = api.Client();
        var path = $"/api/agents/{(await api.PostAsync())["agentId"]}";
        // The deployment moves the version on; what has to hold is that a tag and its answer belong together.
        var first = await client.GetAsync(path);
        client.DefaultRequestHeaders.TryAddWithoutValidation("If-None-Match", $"\"0\", W/{first.Headers.ETag}");
        var second = await client.GetAsync(path);

        Assert.Equal(second.Headers.ETag?.ToString() == first.Headers.ETag?.ToString() ? 304 : 200, (int)second.StatusCode);
    }

    [Fact]
    public async Task A_deletion_needs_a_condition_that_holds_and_a_second_one_joins_the_first()
    {
        using var client = api.Client();
        var path = $"/api/agents/{(await api.PostAsync())["agentId"]}";

        await (await client.DeleteAsync(path)).ProblemAsync(428, "precondition-required");
        await (await DeleteAsync(client, path, "\"999\"")).ProblemAsync(412, "precondition-failed");
        await (await DeleteAsync(client, path, "W/\"1\"")).ProblemAsync(412, "precondition-failed");
        await (await DeleteAsync(client, path, "nonsense")).ProblemAsync(400, "invalid-parameter");
        var first = await DeleteAsync(client, path, "*");
        var second = await DeleteAsync(client, path, "\"1\"");

        Assert.Equal(202, (int)first.StatusCode);
        Assert.Equal(202, (int)second.StatusCode);
        Assert.Equal(first.Headers.GetValues("Operation-Location"), second.Headers.GetValues("Operation-Location"));
        Assert.Equal("Delete", (string?)(await first.JsonAsync())["operation"]!["kind"]);
    }

    [Fact]
    public async Task The_list_comes_in_pages_newest_first_without_gaps()
    {
        var owner = Tokens.Of(Guid.NewGuid());
        using var client = api.Client(owner);
        var posted = new List<string>();
        for (var count = 0; count < 5; count++)
        {
            var response = await client.PostAsync("/api/agents", ApiFixture.Json(ApiFixture.Agent().ToJsonString()));
            posted.Insert(0, (string)(await response.JsonAsync())["agentId"]!);
        }

        var listed = new List<string>();
        string? cursor = null;
        do
        {
            var page = await (await client.GetAsync($"/api/agents?limit=2&cursor={cursor}")).JsonAsync();
            listed.AddRange(page["items"]!.AsArray().Select(item => (string)item!["id"]!));
            cursor = (string?)page["nextCursor"];
        }
        while (cursor is not null);

        Assert.Equal(posted, listed);
    }

    [Theory]
    [InlineData("/api/agents?limit=0", "limit")]
    [InlineData("/api/agents?limit=101", "limit")]
    [InlineData("/api/agents?limit=ten", "limit")]
    [InlineData("/api/agents?limit=1&limit=2", "limit")]
    [InlineData("/api/agents?cursor=%F0%9F%90%99", "cursor")]
    [InlineData("/api/agents?cursor=00000000000000000000000000000000", "cursor")]
    [InlineData("/api/operations/5f0e5a67-1c0f-4f7d-9d0b-6f5f6c1f8e11?wait=61", "wait")]
    [InlineData("/api/operations/5f0e5a67-1c0f-4f7d-9d0b-6f5f6c1f8e11?wait=-1", "wait")]
    [InlineData("/api/agents/5f0e5a67-1c0f-4f7d-9d0b-6f5f6c1f8e11/logs?after=-1", "after")]
    [InlineData("/api/agents/5f0e5a67-1c0f-4f7d-9d0b-6f5f6c1f8e11/logs?limit=1", "limit")]
    public async Task A_parameter_out_of_its_range_is_named(string path, string parameter)
    {
        using var client = api.Client();
        Assert.Equal([parameter], (await (await client.GetAsync(path)).ProblemAsync(400, "invalid-parameter")).Errors().Keys);
    }

    [Theory]
    [InlineData("/api/agents/nonsense")]
    [InlineData("/api/agents/5f0e5a67-1c0f-4f7d-9d0b-6f5f6c1f8e11")]
    [InlineData("/api/agents/5f0e5a671c0f4f7d9d0b6f5f6c1f8e11/logs")]
    [InlineData("/api/operations/5f0e5a67-1c0f-4f7d-9d0b-6f5f6c1f8e11?wait=0")]
    public async Task What_does_not_exist_is_not_found(string path)
    {
        using var client = api.Client();
        await (await client.GetAsync(path)).ProblemAsync(404, "not-found");
    }

    [Fact]
    public async Task The_log_of_an_agent_is_read_by_cursor_without_its_secrets()
    {
        var agent = ApiFixture.Agent();
        agent["secrets"] = new JsonObject { ["MY_KEY"] = "first-half-of-it\nsecond-half-of-it" };
        var id = (string)(await api.PostAsync(agent))["agentId"]!;
        Directory.CreateDirectory(Path.Combine(api.Data, "agents", id));
        await File.WriteAllTextAsync(Path.Combine(api.Data, "agents", id, "agent.log"), "one first-half-of-it\ntwo second-half-of-it\nthree\nhalf a li");

        using var client = api.Client();
        var page = await (await client.GetAsync($"/api/agents/{id}/logs")).JsonAsync();
        var next = await (await client.GetAsync($"/api/agents/{id}/logs?after={page["next"]}")).JsonAsync();

        Assert.Equal(["one ***", "two ***", "three"], page["lines"]!.AsArray().Select(line => (string?)line));
        Assert.Empty(next["lines"]!.AsArray());
        Assert.Equal((long)page["next"]!, (long)next["next"]!);
    }

    [Fact]
    public async Task A_cursor_behind_the_end_of_a_log_reads_nothing()
    {
        var id = (string)(await api.PostAsync())["agentId"]!;
        Directory.CreateDirectory(Path.Combine(api.Data, "agents", id));
        await File.WriteAllTextAsync(Path.Combine(api.Data, "agents", id, "agent.log"), "one\n");
        using var client = api.Client();

        var page = await (await client.GetAsync($"/api/agents/{id}/logs?after={long.MaxValue}")).JsonAsync();

        Assert.Empty(page["lines"]!.AsArray());
        Assert.Equal(long.MaxValue, (long)page["next"]!);
    }

    [Fact]
    public async Task The_health_endpoints_answer()
    {
        using var client = api.Client(null);
        Assert.Equal("live", (string?)(await (await client.GetAsync("/api/health/live")).JsonAsync())["status"]);
        Assert.Equal("ready", (string?)(await (await client.GetAsync("/api/health/ready")).JsonAsync())["status"]);
    }

    private static Task<HttpResponseMessage> DeleteAsync(HttpClient client, string path, string condition)
    {
        var request = new HttpRequestMessage(HttpMethod.Delete, path);
        request.Headers.TryAddWithoutValidation("If-Match", condition);
        return client.SendAsync(request);
    }
}
