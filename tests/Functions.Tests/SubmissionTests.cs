using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;

namespace MultiAgentInfra.Functions.Tests;

public sealed class SubmissionTests(ApiFixture api) : IClassFixture<ApiFixture>
{
    [Fact]
    public async Task Every_problem_of_a_body_is_named_at_once()
    {
        var errors = await ErrorsAsync("""
            {"name":"\u0007","character":{"name":"","plugins":["@elizaos/plugin-discord"],"lore":[]},"secrets":{"A B":"x","OK":1},"target":"moon",
             "resources":{"memoryMiB":1.5,"cpu":99,"disk":1},"env":"x","knowledge":[{"name":"../x","content":"y"},{"content":3,"x":1}],"extra":1,"extra":2}
            """);

        Assert.Superset(
            new HashSet<string>
            {
                "character.bio", "character.name", "character", "env", "extra", "knowledge.0.name", "knowledge.1.content", "knowledge.1.name", "knowledge.1.x", "name",
                "resources.cpu", "resources.disk", "resources.memoryMiB", "secrets.A B", "secrets.OK", "target",
            },
            errors.Keys.ToHashSet());
        Assert.Contains("configured: local", errors["target"], StringComparison.Ordinal);
        Assert.Equal("is given twice; is not known", errors["extra"]);
    }

    [Fact]
    public async Task A_plugin_without_its_required_parameters_is_named()
    {
        var agent = ApiFixture.Agent();
        agent["character"]!["plugins"] = new JsonArray("@elizaos/plugin-discord");
        Assert.Contains((await ErrorsAsync(agent.ToJsonString())).Keys, path => path.EndsWith(".DISCORD_API_TOKEN", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_duplicate_deep_inside_is_named_by_its_path()
    {
        var errors = await ErrorsAsync("""{"name":"a","character":{"name":"a","bio":[],"style":{"all":[],"all":[]}},"knowledge":[{"name":"a","content":"b","name":"c"}]}""");
        Assert.Equal("is given twice", errors["character.style.all"]);
        Assert.Equal("is given twice", errors["knowledge.0.name"]);
    }

    [Theory]
    [InlineData("[]", "must be an object")]
    [InlineData("\"text\"", "must be an object")]
    [InlineData("null", "must be an object")]
    public async Task A_body_that_is_no_object_is_named_by_the_empty_path(string body, string message) => Assert.Equal(message, (await ErrorsAsync(body))[""]);

    [Theory]
    [InlineData("{\n  \"name\": \"a\",\n  nope\n}", "line 3, position 3")]
    [InlineData("", "line 1, position 1")]
    [InlineData("{} x", "line 1, position 4")]
    [InlineData("{\"name\":\n \"\\ud800\"}", "line 2, position 2")]
    [InlineData("{\"a\":1,}", "line 1, position 8")]
    public async Task Malformed_json_is_refused_with_line_and_position(string body, string place)
    {
        var problem = await (await PostAsync(ApiFixture.Json(body))).ProblemAsync(400, "malformed-json");
        Assert.Contains(place, (string?)problem["detail"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Bytes_that_are_no_utf8_are_malformed()
    {
        var content = new ByteArrayContent([.. "{\"name\":\""u8, 0xC3, 0x28, .. "\"}"u8]);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        await (await PostAsync(content)).ProblemAsync(400, "malformed-json");
    }

    [Theory]
    [InlineData("text/plain")]
    [InlineData("application/json; charset=utf-16")]
    [InlineData("application/x-www-form-urlencoded")]
    [InlineData(null)]
    public async Task Another_content_type_is_refused_before_the_body_is_read(string? type)
    {
        var content = new ByteArrayContent("{"u8.ToArray());
        if (type is not null)
            content.Headers.TryAddWithoutValidation("Content-Type", type);
        await (await PostAsync(content)).ProblemAsync(415, "unsupported-media-type");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_body_of_more_than_a_mebibyte_is_refused_chunked_or_not(bool chunked)
    {
        using var client = api.Client();
        var request = new HttpRequestMessage(HttpMethod.Post, "/api/agents") { Content = ApiFixture.Json(new string(' ', 1024 * 1024 + 1)) };
        request.Headers.TransferEncodingChunked = chunked;
        request.Headers.ExpectContinue = true;
        await (await client.SendAsync(request)).ProblemAsync(413, "too-large");
    }

    [Fact]
    public async Task A_body_of_a_mebibyte_is_read()
    {
        var agent = ApiFixture.Agent().ToJsonString();
        var response = await PostAsync(ApiFixture.Json(agent + new string(' ', 1024 * 1024 - Encoding.UTF8.GetByteCount(agent))));
        Assert.Equal(202, (int)response.StatusCode);
    }

    [Fact]
    public async Task A_name_of_63_characters_beyond_the_basic_plane_is_accepted_and_one_more_is_not()
    {
        var agent = ApiFixture.Agent();
        agent["name"] = string.Concat(Enumerable.Repeat("🌿", 63));
        await api.PostAsync(agent);
        agent["name"] = string.Concat(Enumerable.Repeat("🌿", 64));
        Assert.Equal(["name"], (await ErrorsAsync(agent.ToJsonString())).Keys);
    }

    [Fact]
    public async Task A_value_never_comes_back_in_an_error()
    {
        const string Canary = "canary-2f9c11";
        foreach (var body in new[]
        {
            """{"secrets":{"A":"canary-2f9c11","A":"canary-2f9c11","1B":"canary-2f9c11"},"character":{"secrets":{"K":["canary-2f9c11"]},"settings":{"secrets":"canary-2f9c11"}}}""",
            """{"secrets":{"A":"canary-2f9c11"}, canary-2f9c11 }""",
        })
        {
            Assert.DoesNotContain(Canary, await (await PostAsync(ApiFixture.Json(body))).Content.ReadAsStringAsync(), StringComparison.Ordinal);
        }
    }

    private async Task<Dictionary<string, string>> ErrorsAsync(string body) =>
        (await (await PostAsync(ApiFixture.Json(body))).ProblemAsync(422, "validation")).Errors();

    private async Task<HttpResponseMessage> PostAsync(HttpContent content)
    {
        using var client = api.Client();
        return await client.PostAsync("/api/agents", content);
    }
}
