using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging.Abstractions;
using MultiAgentInfra.Clients.Portainer;

namespace MultiAgentInfra.Clients.Tests.Portainer;

public sealed class TemplateSyncTests
{
    [Fact]
    public async Task A_portainer_without_the_templates_gets_each_of_them()
    {
        await using var server = await WireServer.StartAsync();
        server.Answer("GET /api/custom_templates", "[]");
        server.Answer("POST /api/custom_templates/create/string", """{"Id":1}""");

        await RunAsync(server);

        var bodies = server.Requests.Where(request => request.Call.StartsWith("POST", StringComparison.Ordinal)).Select(request => JsonNode.Parse(request.Body)!).ToList();
        Assert.Equal(
            ["ElizaOS agent (release 1)", "Monitoring of agents (release 1)", "Security of agents (release 1)"], bodies.Select(body => (string?)body["Title"]));
        Assert.All(bodies, body => Assert.Equal((3, 1), ((int)body["Type"]!, (int)body["Platform"]!)));
        Assert.All(bodies, body => Assert.NotEmpty((string)body["FileContent"]!));
    }

    [Fact]
    public async Task A_portainer_that_has_them_is_left_alone()
    {
        await using var server = await WireServer.StartAsync();
        Fill(server, (_, file) => file);

        await RunAsync(server);

        Assert.All(server.Requests, request => Assert.StartsWith("GET ", request.Call, StringComparison.Ordinal));
    }

    [Fact]
    public async Task One_that_somebody_changed_is_written_again_and_no_other()
    {
        await using var server = await WireServer.StartAsync();
        Fill(server, (id, file) => id == 2 ? file + "# changed\n" : file);
        server.Answer("PUT /api/custom_templates/2", "{}");

        await RunAsync(server);

        var write = Assert.Single(server.Requests, request => !request.Call.StartsWith("GET ", StringComparison.Ordinal));
        Assert.Equal("PUT /api/custom_templates/2", write.Call);
        Assert.Equal(TemplateSync.Shipped[1].FileContent, (string?)JsonNode.Parse(write.Body)!["FileContent"]);
    }

    [Theory]
    [InlineData(500, """{"message":"Unable to create custom template","details":"Template name must be unique"}""")]
    [InlineData(403, """{"message":"Access denied"}""")]
    public async Task A_portainer_that_refuses_them_stops_nothing(int status, string answer)
    {
        await using var server = await WireServer.StartAsync();
        server.Answer("GET /api/custom_templates", "[]");
        server.Answer("POST /api/custom_templates/create/string", answer, status);

        await RunAsync(server);
    }

    private static void Fill(WireServer server, Func<int, string, string> change)
    {
        var rows = TemplateSync.Shipped.Select((template, index) => new { Id = index + 1, template.Title, template.Type, template.Description, template.Note, template.Variables });
        server.Answer("GET /api/custom_templates", JsonSerializer.Serialize(rows));
        foreach (var (index, template) in TemplateSync.Shipped.Index())
            server.Answer($"GET /api/custom_templates/{index + 1}/file", JsonSerializer.Serialize(new { FileContent = change(index + 1, template.FileContent) }));
    }

    private static async Task RunAsync(WireServer server)
    {
        using var connection = server.Connect();
        await new TemplateSync(new(connection, TimeProvider.System), NullLogger<TemplateSync>.Instance).RunAsync(CancellationToken.None);
    }
}
