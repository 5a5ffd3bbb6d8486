using System.Net.Http.Json;
using System.Text.Json.Nodes;
using MultiAgentInfra.Functions.Maintenance;
using MultiAgentInfra.Functions.Tests.Portainer;
using MultiAgentInfra.TestSupport.Portainer;

namespace MultiAgentInfra.Functions.Tests.Lifecycle;

/// <summary>Changes of an agent that are cut off, or cannot be made.</summary>
[Collection(LivingAgents.Name)]
public sealed class ClusterInterruptionTests(ClusterFixture fixture)
{
    [Theory]
    [InlineData("stop")]
    [InlineData("restart")]
    public async Task A_deletion_ends_what_is_under_way_and_leaves_nothing(string change)
    {
        using var agent = await LivingAgent.DeployAsync(fixture);
        fixture.Cluster.WhenAgent(agent.Id, Behaviour.SlowTermination(TimeSpan.FromSeconds(5)));
        var accepted = await AcceptedAgent.ReadAsync(await agent.Client.PostAsync($"/api/agents/{agent.Id}/{change}", null));

        await agent.DeleteAsync();

        fixture.Cluster.ForgetScripts();
        var operation = await ReadAsync(agent, accepted.OperationId);
        Assert.True((string?)operation["status"] is "Canceled" or "Succeeded", operation.ToJsonString());
        Assert.Equal(404, (int)(await agent.Client.GetAsync($"/api/agents/{agent.Id}")).StatusCode);
    }

    [Fact]
    public async Task An_agent_that_a_change_has_stopped_is_not_called_unhealthy()
    {
        using var agent = await LivingAgent.DeployAsync(fixture);
        await fixture.Get<HealthPoller>().PollAsync(default);
        fixture.Cluster.WhenAgent(agent.Id, Behaviour.SlowTermination(TimeSpan.FromSeconds(5)));
        var accepted = await AcceptedAgent.ReadAsync(await agent.Client.PostAsync($"/api/agents/{agent.Id}/restart", null));
        await fixture.UntilAsync("the pod to end", () => Task.FromResult(agent.Objects("pods").All(pod => pod["metadata"]!["deletionTimestamp"] is not null)));

        await fixture.Get<HealthPoller>().PollAsync(default);

        Assert.True((bool)(await agent.ReadAsync())["health"]!["healthy"]!);
        Assert.DoesNotContain(fixture.Logs, line => line.Contains($"{agent.Id} is not healthy", StringComparison.Ordinal));
        fixture.Cluster.ForgetScripts();
        await fixture.EndAsync(agent.Client, accepted.OperationId);
        await agent.DeleteAsync();
    }

    [Fact]
    public async Task A_stop_that_cannot_be_proven_fails_says_so_and_can_be_asked_for_again()
    {
        using var agent = await LivingAgent.DeployAsync(fixture);
        fixture.Cluster.WhenAgent(agent.Id, Behaviour.StuckTermination(TimeSpan.FromMinutes(3)));
        var accepted = await AcceptedAgent.ReadAsync(await agent.Client.PostAsync($"/api/agents/{agent.Id}/stop", null));

        var operation = await fixture.EndAsync(agent.Client, accepted.OperationId);

        fixture.Cluster.ForgetScripts();
        Assert.Equal(("Failed", "stop"), ((string?)operation["status"], (string?)operation["error"]!["step"]));
        Assert.Contains("still there", (string?)operation["error"]!["message"], StringComparison.Ordinal);
        Assert.Equal("RUNNING", (string?)(await agent.ReadAsync())["status"]);
        fixture.Clock.Advance(TimeSpan.FromMinutes(3));
        await fixture.Get<HealthPoller>().PollAsync(default);
        Assert.False((bool)(await agent.ReadAsync())["health"]!["healthy"]!);

        await agent.DoAsync("stop");
        Assert.Equal("STOPPED", (string?)(await agent.ReadAsync())["status"]);
        await agent.DeleteAsync();
    }

    [Fact]
    public async Task A_restart_after_which_the_agent_fails_says_why_and_leaves_it_failed()
    {
        using var agent = await LivingAgent.DeployAsync(fixture);
        fixture.Cluster.WhenAgent(agent.Id, Behaviour.Crash(3, $"cannot log in with {ClusterFixture.Canary}"));
        var accepted = await AcceptedAgent.ReadAsync(await agent.Client.PostAsync($"/api/agents/{agent.Id}/restart", null));

        var operation = await fixture.EndAsync(agent.Client, accepted.OperationId);

        fixture.Cluster.ForgetScripts();
        Assert.Equal(("Failed", null, "CrashLoop"), ((string?)operation["status"], (string?)operation["outcome"], (string?)operation["error"]!["cause"]));
        Assert.Contains(operation["error"]!["evidence"]!.AsArray(), line => (string?)line == "cannot log in with ***");
        Assert.Equal("FAILED", (string?)(await agent.ReadAsync())["status"]);
        Assert.Empty(agent.Objects("pods"));
        await agent.DoAsync("start");
        await agent.DeleteAsync();
    }

    private static async Task<JsonNode> ReadAsync(LivingAgent agent, Guid operationId) =>
        (await agent.Client.GetFromJsonAsync<JsonNode>(new Uri($"/api/operations/{operationId}", UriKind.Relative)))!;
}
