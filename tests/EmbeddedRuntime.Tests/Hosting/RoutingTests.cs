using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using MultiAgentInfra.EmbeddedRuntime.Hosting;

namespace MultiAgentInfra.EmbeddedRuntime.Tests.Hosting;

public sealed class RoutingTests
{
    private static Task<TestApplication> StartAsync(string? hostJson = null) =>
        TestApplication.StartAsync(builder => builder.AddFunctions([typeof(SampleFunctions)]), hostJson);

    [Theory]
    [InlineData("greet/Ada", "Hello Ada")]
    [InlineData("count/41", "42 GET")]
    [InlineData("items/0b5e1c5c-9d3f-4f0e-8d8a-0c4f5a3b2d1e", "0b5e1c5c-9d3f-4f0e-8d8a-0c4f5a3b2d1e none GET")]
    [InlineData("items/0b5e1c5c-9d3f-4f0e-8d8a-0c4f5a3b2d1e/7", "0b5e1c5c-9d3f-4f0e-8d8a-0c4f5a3b2d1e 7 GET")]
    public async Task A_route_is_below_api_and_its_values_are_bound_by_name_and_type(string path, string expected)
    {
        await using var app = await StartAsync();

        Assert.Equal(expected, await app.Http.GetStringAsync($"/api/{path}"));
    }

    [Fact]
    public async Task A_function_without_a_route_answers_every_method_at_its_name()
    {
        await using var app = await StartAsync();

        using var response = await app.Http.PutAsync("/api/default", null);

        Assert.StartsWith("PUT Default 00-", await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("v1", "/v1/count/1")]
    [InlineData("", "/count/1")]
    public async Task The_prefix_comes_from_host_json(string prefix, string path)
    {
        await using var app = await StartAsync($$$"""{ "version": "2.0", "extensions": { "http": { "routePrefix": "{{{prefix}}}" } } }""");

        Assert.Equal("2 GET", await app.Http.GetStringAsync(path));
        Assert.Equal(HttpStatusCode.NotFound, (await app.Http.GetAsync("/api/count/1")).StatusCode);
    }

    [Fact]
    public void The_first_host_json_decides_and_api_is_the_default()
    {
        var empty = Directory.CreateTempSubdirectory("host-json-");
        var filled = Directory.CreateTempSubdirectory("host-json-");
        File.WriteAllText(Path.Combine(filled.FullName, "host.json"), """{ "extensions": { "http": { "routePrefix": "/v2/" } } }""");

        Assert.Equal("v2", HostJson.RoutePrefix(empty.FullName, filled.FullName));
        Assert.Equal("api", HostJson.RoutePrefix(empty.FullName));
        empty.Delete();
        filled.Delete(recursive: true);
    }

    [Theory]
    [InlineData("/")]
    [InlineData("/count/1")]
    [InlineData("/api/nothing")]
    [InlineData("/api/count/many")]
    [InlineData("/api/count/99999999999")]
    [InlineData("/api/items/no-guid")]
    [InlineData("/api/items/0b5e1c5c-9d3f-4f0e-8d8a-0c4f5a3b2d1e/none")]
    public async Task An_unknown_path_or_a_value_of_another_type_is_a_404_problem(string path)
    {
        await using var app = await StartAsync();

        using var response = await app.Http.GetAsync(path);

        await AssertProblemAsync(response, HttpStatusCode.NotFound, "Not Found");
    }

    [Fact]
    public async Task A_known_path_with_another_method_is_a_405_problem_that_lists_the_allowed_methods()
    {
        await using var app = await StartAsync();

        using var response = await app.Http.PostAsync("/api/items/0b5e1c5c-9d3f-4f0e-8d8a-0c4f5a3b2d1e", null);

        await AssertProblemAsync(response, HttpStatusCode.MethodNotAllowed, "Method Not Allowed");
        Assert.Equal(["DELETE", "GET"], response.Content.Headers.Allow.Order());
    }

    [Fact]
    public async Task An_empty_404_of_a_function_stays_as_it_is()
    {
        await using var app = await StartAsync();

        using var response = await app.Http.GetAsync("/api/missing");

        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
        Assert.Empty(await response.Content.ReadAsByteArrayAsync());
    }

    internal static async Task<JsonElement> AssertProblemAsync(HttpResponseMessage response, HttpStatusCode status, string title)
    {
        Assert.Equal(status, response.StatusCode);
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
        var problem = await response.Content.ReadFromJsonAsync<JsonElement>();
        Assert.Equal(["status", "title", "traceId", "type"], problem.EnumerateObject().Select(property => property.Name).Order());
        Assert.Equal("about:blank", problem.GetProperty("type").GetString());
        Assert.Equal(title, problem.GetProperty("title").GetString());
        Assert.Equal((int)status, problem.GetProperty("status").GetInt32());
        Assert.Matches("^[0-9a-f]{32}$", problem.GetProperty("traceId").GetString());
        Assert.Equal(problem.GetProperty("traceId").GetString(), response.Headers.GetValues("traceparent").Single().Split('-')[1]);
        return problem;
    }
}
