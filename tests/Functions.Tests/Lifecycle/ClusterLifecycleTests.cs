using System.Globalization;
using System.Text.Json.Nodes;
using MultiAgentInfra.Functions.Maintenance;
using MultiAgentInfra.Functions.Tests.Portainer;
using MultiAgentInfra.TestSupport.Portainer;

namespace MultiAgentInfra.Functions.Tests.Lifecycle;

/// <summary>Agents in a cluster that are stopped, started, restarted, scaled and changed: what their owner reads, and what the cluster has.</summary>
[Collection(LivingAgents.Name)]
public sealed class ClusterLifecycleTests(ClusterFixture fixture)
{
    private static readonly string[] Launch = ["validate", "stop", "secrets", "template", "deploy", "healthy", "hold", "monitor"];

    [Fact]
    public async Task A_restart_is_a_new_pod_of_the_same_image_after_the_old_one()
    {
        using var agent = await LivingAgent.DeployAsync(fixture);
        var (before, pod) = (await agent.ReadAsync(), agent.TheOne("pods"));

        var operation = await agent.DoAsync("restart");

        Assert.Equal(Launch.Order(), LivingAgent.Steps(operation).Order());
        var (after, next) = (await agent.ReadAsync(), agent.TheOne("pods"));
        Assert.NotEqual(LivingAgent.Uid(pod), LivingAgent.Uid(next));
        Assert.Equal(Image(pod), Image(next));
        Assert.Equal(("1", "2"), (LivingAgent.Label(next, "revision"), LivingAgent.Label(next, "attempt")));
        Assert.Equal(("RUNNING", 1, 1, 2), ((string?)after["status"], (int)after["revision"]!, (int)after["runningRevision"]!, (int)after["attempt"]!));
        Assert.Equal((string?)before["image"], (string?)after["image"]);
        await agent.DeleteAsync();
    }

    [Fact]
    public async Task A_stopped_agent_keeps_its_data_is_left_alone_and_starts_with_the_image_that_ran()
    {
        using var agent = await LivingAgent.DeployAsync(fixture);
        var (before, pod, claim) = (await agent.ReadAsync(), agent.TheOne("pods"), agent.TheOne("persistentvolumeclaims"));
        await fixture.Get<HealthPoller>().PollAsync(default);
        Assert.True((bool)(await agent.ReadAsync())["health"]!["healthy"]!);

        Assert.Equal(["remove-monitor", "stop"], LivingAgent.Steps(await agent.DoAsync("stop")));

        for (var look = 0; look < 3; look++)
            await fixture.Get<HealthPoller>().PollAsync(default);
        var stopped = await agent.ReadAsync();
        Assert.Equal("STOPPED", (string?)stopped["status"]);
        Assert.All(new[] { "health", "url", "image", "runningRevision" }, name => Assert.Null(stopped[name]));
        Assert.Empty(agent.Objects("pods"));
        Assert.Equal(LivingAgent.Uid(claim), LivingAgent.Uid(agent.TheOne("persistentvolumeclaims")));
        agent.TheOne("secrets");
        Assert.DoesNotContain(fixture.Logs, line => line.Contains($"{agent.Id} is not healthy", StringComparison.Ordinal));

        Assert.Equal(Launch.Order(), LivingAgent.Steps(await agent.DoAsync("start")).Order());

        var (after, next) = (await agent.ReadAsync(), agent.TheOne("pods"));
        Assert.Equal(("RUNNING", 1), ((string?)after["status"], (int)after["runningRevision"]!));
        Assert.Equal((string?)before["image"], (string?)after["image"]);
        Assert.Equal(Image(pod), Image(next));
        Assert.Equal(LivingAgent.Uid(claim), LivingAgent.Uid(agent.TheOne("persistentvolumeclaims")));
        await agent.DeleteAsync();
    }

    [Fact]
    public async Task An_update_of_a_stopped_agent_starts_it()
    {
        using var agent = await LivingAgent.DeployAsync(fixture);
        await agent.DoAsync("stop");

        var operation = await agent.UpdateAsync(Changed());

        Assert.True((string)operation["status"]! == "Succeeded", operation.ToJsonString());
        Assert.Equal(("RUNNING", 2), ((string?)(await agent.ReadAsync())["status"], (int)(await agent.ReadAsync())["runningRevision"]!));
        Assert.Equal("2", LivingAgent.Label(agent.TheOne("pods"), "revision"));
        await agent.DeleteAsync();
    }

    [Fact]
    public async Task Where_the_update_of_a_stopped_agent_fails_nothing_runs_and_a_start_is_of_what_ran()
    {
        using var agent = await LivingAgent.DeployAsync(fixture);
        var claim = agent.TheOne("persistentvolumeclaims");
        await agent.DoAsync("stop");
        fixture.Cluster.When(pod => pod.Agent == $"{agent.Id}" && pod.Labels.GetValueOrDefault("multi-agent-infra/revision") == "2", Behaviour.Crash(1, "no"));

        var operation = await agent.UpdateAsync(Changed());

        fixture.Cluster.ForgetScripts();
        Assert.Equal(("Failed", null), ((string?)operation["status"], (string?)operation["outcome"]));
        Assert.Equal(("FAILED", 2), ((string?)(await agent.ReadAsync())["status"], (int)(await agent.ReadAsync())["revision"]!));
        Assert.Empty(agent.Objects("pods"));

        await agent.DoAsync("start");
        var after = await agent.ReadAsync();
        Assert.Equal(("RUNNING", 2, 1), ((string?)after["status"], (int)after["revision"]!, (int)after["runningRevision"]!));
        Assert.Equal("1", LivingAgent.Label(agent.TheOne("pods"), "revision"));
        Assert.Equal(LivingAgent.Uid(claim), LivingAgent.Uid(agent.TheOne("persistentvolumeclaims")));
        await agent.DeleteAsync();
    }

    [Fact]
    public async Task A_replicable_agent_is_scaled_up_and_down_with_what_belongs_to_it()
    {
        var wish = OrderedFixture.Replicable();
        (wish["target"], wish["maxReplicas"]) = ("portainer", 2);
        using var agent = await LivingAgent.DeployAsync(fixture, wish);
        var image = (string?)(await agent.ReadAsync())["image"];
        AssertScaled(agent, 1, most: 2);

        Assert.Equal("Succeeded", (string?)(await agent.ScaleAsync(3))["status"]);
        // As many as run are as many as may: there is nothing left to scale by itself.
        AssertScaled(agent, 3, most: 3);

        Assert.Equal("Succeeded", (string?)(await agent.ScaleAsync(2))["status"]);
        AssertScaled(agent, 2, most: 3);
        Assert.All(agent.Objects("pods"), pod => Assert.Equal("3", LivingAgent.Label(pod, "revision")));

        await agent.DoAsync("stop");
        Assert.Empty(agent.Objects("pods"));
        await agent.DoAsync("start");
        AssertScaled(agent, 2, most: 3);
        Assert.NotNull(image);
        await agent.DeleteAsync(most: 3);
    }

    private static JsonObject Changed()
    {
        var agent = ClusterFixture.NewAgent();
        agent["character"]!["bio"] = "Closes the visitor book.";
        return agent;
    }

    private static string Image(JsonObject pod) => (string)pod["spec"]!["containers"]![0]!["image"]!;

    private static int Number(JsonObject item, string name) => int.Parse(item["spec"]![name]!.ToJsonString(), CultureInfo.InvariantCulture);

    private void AssertScaled(LivingAgent agent, int replicas, int most)
    {
        Assert.Equal(replicas, agent.Objects("pods").Count);
        Assert.Equal(replicas, fixture.Portainer.EventLog.LivePods($"{agent.Id}"));
        Assert.Equal(replicas, Number(agent.TheOne("deployments"), "replicas"));
        Assert.Empty(agent.Objects("statefulsets"));
        var budgets = agent.Objects("poddisruptionbudgets").Select(item => Number(item, "maxUnavailable"));
        Assert.Equal(most > 1 ? [1] : [], budgets);
        var scalers = agent.Objects("horizontalpodautoscalers").Select(item => (Number(item, "minReplicas"), Number(item, "maxReplicas")));
        Assert.Equal(most > replicas ? [(replicas, most)] : [], scalers);
    }
}
