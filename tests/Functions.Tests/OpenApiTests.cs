using System.Text.Json.Nodes;

namespace MultiAgentInfra.Functions.Tests;

public sealed class OpenApiTests(ApiFixture api) : IClassFixture<ApiFixture>
{
    private static readonly JsonObject Document = Load();

    [Fact]
    public void Every_registered_route_is_in_the_document_and_the_other_way_round()
    {
        var described =
            from path in Document["paths"]!.AsObject()
            from operation in path.Value!.AsObject()
            select (operation.Key.ToUpperInvariant(), path.Key, (string)operation.Value!["operationId"]!);
        Assert.Equal(AuthorizationTests.Registered().Order(), described.Order());
    }

    [Fact]
    public void Every_reference_leads_somewhere()
    {
        foreach (var reference in References(Document))
            Assert.NotNull(JsonSchema.Follow(Document, reference));
    }

    [Fact]
    public async Task The_document_is_served_as_it_is()
    {
        using var client = api.Client(null);
        Assert.True(JsonNode.DeepEquals(Document, await (await client.GetAsync("/api/openapi.json")).JsonAsync()));
    }

    [Fact]
    public async Task Real_answers_are_what_the_document_says()
    {
        using var client = api.Client();
        await CheckAsync("post", "/api/agents", await client.PostAsync("/api/agents", ApiFixture.Json(ApiFixture.Agent().ToJsonString())));
        await CheckAsync("post", "/api/agents", await client.PostAsync("/api/agents", ApiFixture.Json("{}")));
        await CheckAsync("post", "/api/agents", await client.PostAsync("/api/agents", ApiFixture.Json("{")));
        await CheckAsync("get", "/api/agents", await client.GetAsync("/api/agents"));
        await CheckAsync("get", "/api/agents", await client.GetAsync("/api/agents?limit=0"));
        var posted = await api.PostAsync();
        var (agent, operation) = ((string)posted["links"]!["self"]!, (string)posted["links"]!["operation"]!);
        await CheckAsync("get", "/api/agents/{id}", await client.GetAsync(agent));
        await CheckAsync("get", "/api/agents/{id}/logs", await client.GetAsync(agent + "/logs"));
        await api.PrintAsync(Guid.Parse((string)posted["operation"]!["id"]!));
        await CheckAsync("get", "/api/operations/{id}", await client.GetAsync(operation));
        await CheckAsync("get", "/api/operations/{id}/log", await client.GetAsync(operation + "/log"));
        await CheckAsync("get", "/api/operations/{id}/log", await client.GetAsync(operation + "/log?limit=0"));
        await CheckAsync("get", "/api/operations/{id}/artifacts/{name}", await client.GetAsync(operation + "/artifacts/none"));
        await CheckAsync("get", "/api/operations/{id}", await client.GetAsync("/api/operations/none"));
        var image = await api.PushImageAsync(Guid.Parse((string)posted["agentId"]!));
        await CheckAsync("get", "/api/images/{digest}/scan", await client.GetAsync($"/api/images/{image}/scan"));
        await CheckAsync("get", "/api/images/{digest}/scan", await client.GetAsync("/api/images/none/scan"));
        await CheckAsync("delete", "/api/agents/{id}", await client.DeleteAsync(agent));
        await ImageApiTests.DeployedAsync(api, "described");
        await CheckAsync("get", "/api/images", await client.GetAsync("/api/images"));
        await CheckAsync("get", "/api/images", await client.GetAsync("/api/images?limit=0"));
        await CheckAsync("get", "/api/clusters", await client.GetAsync("/api/clusters"));
        await CheckAsync("get", "/api/clusters/{id}/health", await client.GetAsync("/api/clusters/local/health"));
        await CheckAsync("get", "/api/clusters/{id}/health", await client.GetAsync("/api/clusters/none/health"));
        await CheckAsync("post", "/api/clusters/{id}/drain", await client.PostAsync("/api/clusters/local/drain", null));
        await CheckAsync("get", "/api/health/live", await client.GetAsync("/api/health/live"));
        await CheckAsync("get", "/api/health/ready", await client.GetAsync("/api/health/ready"));
        await CheckAsync("get", "/api/agents", await api.Client(null).GetAsync("/api/agents"));
    }

    internal static JsonObject Load()
    {
        using var stream = OpenApiFunctions.Document();
        return JsonNode.Parse(stream)!.AsObject();
    }

    /// <summary>The answer is one that the document describes for this route.</summary>
    internal static async Task CheckAsync(string method, string path, HttpResponseMessage response)
    {
        var status = ((int)response.StatusCode).ToString(System.Globalization.CultureInfo.InvariantCulture);
        var described = Document["paths"]![path]![method]!["responses"]![status];
        Assert.True(described is not null, $"{method} {path} answered {status}, which is not described");
        if (described["$ref"] is { } reference)
            described = JsonSchema.Follow(Document, (string)reference!);
        var schema = described!["content"]![response.Content.Headers.ContentType!.MediaType!]!["schema"]!;
        Assert.Empty(JsonSchema.Check(Document, schema, await response.JsonAsync()));
    }

    private static IEnumerable<string> References(JsonNode? node) => node switch
    {
        JsonObject json => json.SelectMany(property => property is { Key: "$ref", Value: JsonValue value } ? [(string)value!] : References(property.Value)),
        JsonArray array => array.SelectMany(References),
        _ => [],
    };
}
