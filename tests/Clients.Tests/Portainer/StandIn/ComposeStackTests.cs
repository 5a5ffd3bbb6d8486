using System.Net;
using System.Text.Json.Nodes;
using MultiAgentInfra.Clients.Tests.Docker;
using MultiAgentInfra.TestSupport.Portainer;

namespace MultiAgentInfra.Clients.Tests.Portainer.StandIn;

/// <summary>What the stand-in makes of compose files on a real engine.</summary>
[Trait("Needs", "Server")]
[Trait("Category", "Long")]
public sealed class ComposeStackTests(EngineFixture fixture) : IClassFixture<EngineFixture>
{
    [Fact]
    public async Task A_stack_goes_up_is_changed_stopped_started_and_removed_and_its_volumes_stay()
    {
        EngineFixture.Require();
        await using var server = await PortainerServer.StartAsync(fixture.Engine);
        using var http = new HttpClient();
        http.DefaultRequestHeaders.Add("X-API-KEY", PortainerServer.ApiKey);
        var image = await SmallImage.ImportAsync(fixture.Engine, "compose-stack:1");
        await fixture.Engine.RunAsync("volume", "create", "compose-secrets");

        var made = await CallAsync(HttpMethod.Post, "create/standalone/string", new JsonObject { ["Name"] = "Stack-1", ["StackFileContent"] = File(image, "one") });
        Assert.Equal(("stack-1", 2, 1), ((string?)made["Name"], (int)made["Type"]!, (int)made["Status"]!));
        var id = (int)made["Id"]!;
        var first = await fixture.Engine.RunAsync("ps", "--quiet", "--filter", "name=compose-one");
        Assert.Equal("one $1", await fixture.Engine.RunAsync("inspect", "--format", "{{index .Config.Labels \"word\"}}", "compose-one"));

        await CallAsync(HttpMethod.Put, $"{id}", new JsonObject { ["StackFileContent"] = File(image, "two") });
        Assert.NotEqual(first, await fixture.Engine.RunAsync("ps", "--quiet", "--filter", "name=compose-one"));
        Assert.Equal(2, (int)(await CallAsync(HttpMethod.Post, $"{id}/stop"))["Status"]!);
        Assert.Equal("", await fixture.Engine.RunAsync("ps", "--all", "--quiet", "--filter", "name=compose-one"));
        Assert.Equal(1, (int)(await CallAsync(HttpMethod.Post, $"{id}/start"))["Status"]!);
        Assert.NotEqual("", await fixture.Engine.RunAsync("ps", "--quiet", "--filter", "name=compose-one"));

        using var deleted = await http.DeleteAsync(new Uri($"{server.Address}/api/stacks/{id}?endpointId=3"));
        Assert.Equal(HttpStatusCode.NoContent, deleted.StatusCode);
        Assert.Equal("", await fixture.Engine.RunAsync("ps", "--all", "--quiet", "--filter", "name=compose-one"));
        Assert.Contains("compose-data", await fixture.Engine.RunAsync("volume", "ls", "--quiet"), StringComparison.Ordinal);

        async Task<JsonNode> CallAsync(HttpMethod method, string path, JsonNode? body = null)
        {
            using var request = new HttpRequestMessage(method, $"{server.Address}/api/stacks/{path}?endpointId=3");
            request.Content = body is null ? null : new StringContent(body.ToJsonString());
            using var answer = await http.SendAsync(request);
            var text = await answer.Content.ReadAsStringAsync();
            Assert.True(answer.IsSuccessStatusCode, text);
            return JsonNode.Parse(text)!;
        }
    }

    private static string File(string image, string word) => $$"""
        services:
          agent:
            container_name: compose-one
            image: {{image}}
            command: [sh, -c, "exec sleep 600"]
            network_mode: host
            labels: {word: "{{word}} $$1"}
            environment: {A: "b"}
            user: "1000:1000"
            read_only: true
            init: true
            cap_drop: [ALL]
            tmpfs: ["/tmp:rw,size=64m"]
            mem_limit: 64m
            cpus: 0.25
            stop_grace_period: 1s
            volumes:
            - {type: volume, source: data, target: /data}
            - {type: volume, source: secrets, target: /run/agent, read_only: true}
        volumes:
          data: {name: compose-data}
          secrets: {name: compose-secrets, external: true}
        """;
}
