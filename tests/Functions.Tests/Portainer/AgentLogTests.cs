using System.Net.Http.Json;
using System.Text.Json.Nodes;

namespace MultiAgentInfra.Functions.Tests.Portainer;

/// <summary>An agent's own output, read while it is written.</summary>
[Trait("Category", "Long")]
public sealed class AgentLogTests(ClusterFixture fixture) : IClassFixture<ClusterFixture>
{
    [Fact]
    public async Task Whoever_waits_for_a_line_gets_it_without_secrets_as_soon_as_it_is_written()
    {
        using var client = fixture.Client(Guid.NewGuid());
        var accepted = await ClusterFixture.PostAsync(client);
        await fixture.EndAsync(client, accepted.OperationId);
        var cursor = (long)(await ReadAsync(client, accepted.AgentId, 0))["next"]!;

        var waiting = ReadAsync(client, accepted.AgentId, cursor);
        await fixture.UntilAsync("the stream", () => Task.FromResult(fixture.Portainer.Calls.Any(call => call.Contains("follow=true", StringComparison.Ordinal))));
        fixture.Cluster.Write(accepted.AgentId, $"Hello, {ClusterFixture.Canary}!");
        await fixture.UntilAsync("the line", () => Task.FromResult(waiting.IsCompleted));

        var line = (string)Assert.Single((await waiting)["lines"]!.AsArray())!;
        Assert.StartsWith("Hello, ", line, StringComparison.Ordinal);
        Assert.DoesNotContain(ClusterFixture.Canary, line, StringComparison.Ordinal);
        Assert.Empty(fixture.Portainer.UnknownRoutes);
    }

    [Fact]
    public async Task Whoever_waits_in_vain_is_told_so_in_the_end()
    {
        using var client = fixture.Client(Guid.NewGuid());
        var accepted = await ClusterFixture.PostAsync(client);
        await fixture.EndAsync(client, accepted.OperationId);
        var cursor = (long)(await ReadAsync(client, accepted.AgentId, 0))["next"]!;

        var waiting = ReadAsync(client, accepted.AgentId, cursor);
        await fixture.UntilAsync("the end", () => Task.FromResult(waiting.IsCompleted));

        var page = await waiting;
        Assert.Equal((0, cursor), (page["lines"]!.AsArray().Count, (long)page["next"]!));
        Assert.Empty((await client.GetFromJsonAsync<JsonNode>(new Uri($"/api/agents/{accepted.AgentId}/logs?after={long.MaxValue}", UriKind.Relative)))!["lines"]!.AsArray());
    }

    private static async Task<JsonNode> ReadAsync(HttpClient client, Guid agentId, long after) =>
        (await client.GetFromJsonAsync<JsonNode>(new Uri($"/api/agents/{agentId}/logs?after={after}&wait=30", UriKind.Relative)))!;
}
