using MultiAgentInfra.Clients.Portainer;
using MultiAgentInfra.Clients.Targets;
using MultiAgentInfra.Clients.Tests.Local;
using MultiAgentInfra.Clients.Tests.Processes;
using MultiAgentInfra.Core;
using MultiAgentInfra.Core.Agents;
using MultiAgentInfra.Core.Clusters;

namespace MultiAgentInfra.Clients.Tests.Portainer;

public sealed class PortainerPlanTests
{
    [Fact]
    public async Task The_difference_to_what_runs_is_found_without_a_writing_call()
    {
        await using var fixture = await ClusterFixture.StartAsync();
        var launch = await fixture.PrepareAsync(fixture.NewLaunch(deployment: new() { Host = "juniper.example.com" }));
        await fixture.StartAsync(launch, secrets: new(AgentMachine.Secrets) { ["OLD_KEY"] = "canary-old-key" });
        fixture.Server.Calls.Clear();

        var last = Plan(fixture.Target, launch, "debug", "OLD_KEY");
        var next = fixture.NewLaunch(launch.AgentId, revision: 2) with { Resources = new AgentResources(MemoryMiB: 2048) };
        var plan = Plan(fixture.Target, next with { Image = LaunchPlan.NoImage }, "trace");
        var there = await fixture.Target.FindObjectsAsync(plan, null, TestDeadline.Token());
        var difference = LaunchDifference.Of(plan, there!, last);

        Assert.All(fixture.Server.Calls, call => Assert.StartsWith("GET ", call, StringComparison.Ordinal));
        Assert.Equal(
            [
                ("Changed", "ConfigMap", "/data/AGENT_SECRET_NAMES /data/LOG_LEVEL /data/NODE_OPTIONS"),
                ("Changed", "Secret", "/data/OLD_KEY"),
                ("Changed", "StatefulSet",
                    "/spec/template/spec/containers/0/image /spec/template/spec/containers/0/resources/limits/memory /spec/template/spec/containers/0/resources/requests/memory"),
                ("Removed", "Ingress", ""),
                ("Removed", "NetworkPolicy", ""),
                ("Removed", "Service", ""),
            ],
            difference.Select(item => (item.Change.ToString(), item.Object.Kind, string.Join(' ', item.Paths))).Order());
    }

    [Fact]
    public async Task The_plan_of_what_runs_differs_in_nothing()
    {
        await using var fixture = await ClusterFixture.StartAsync();
        var launch = await fixture.DeployAsync();
        var plan = Plan(fixture.Target, launch, "debug");

        Assert.Empty(LaunchDifference.Of(plan, (await fixture.Target.FindObjectsAsync(plan, null, TestDeadline.Token()))!, plan));
    }

    [Fact]
    public async Task Of_an_agent_that_was_never_here_nothing_is_found_and_no_cluster_is_asked()
    {
        await using var fixture = await ClusterFixture.StartAsync();
        var plan = Plan(fixture.Target, fixture.NewLaunch(), "debug");

        Assert.Empty((await fixture.Target.FindObjectsAsync(plan, null, TestDeadline.Token()))!);
        Assert.Empty(fixture.Server.Calls);
    }

    [Fact]
    public async Task On_a_docker_environment_it_is_a_compose_file_without_secrets()
    {
        await using var fixture = await ClusterFixture.StartAsync();
        var engine = new ClusterFacts("9", "engine", ClusterFacts.Docker, ClusterStatus.Up, fixture.Clock.GetUtcNow());
        var launch = fixture.NewLaunch() with { Image = LaunchPlan.NoImage };
        var plan = fixture.Target.Plan(launch, "agents", AgentMachine.Secrets.Keys, new Dictionary<string, string> { ["LOG_LEVEL"] = "debug" }, engine);

        var stack = Assert.Single(plan.Objects);
        Assert.Equal(("ComposeStack", $"agent-{launch.AgentId:N}"), (stack.Kind, stack.Name));
        Assert.Contains("LOG_LEVEL: debug", plan.Yaml, StringComparison.Ordinal);
        Assert.DoesNotContain("ELIZA_SERVER_AUTH_TOKEN:", plan.Yaml, StringComparison.Ordinal);
        Assert.Null(await fixture.Target.FindObjectsAsync(plan, engine, TestDeadline.Token()));
        Assert.Throws<NonRetryableException>(() => fixture.Target.Plan(
            launch with { Deployment = new(Replicable: true, Replicas: 2) }, "agents", [.. AgentMachine.Secrets.Keys, "POSTGRES_URL"], new Dictionary<string, string>(), engine));
    }

    private static LaunchPlan Plan(PortainerTarget target, AgentLaunch launch, string logLevel, params string[] moreSecrets) =>
        target.Plan(launch, "agents", [.. AgentMachine.Secrets.Keys, .. moreSecrets], new Dictionary<string, string> { ["LOG_LEVEL"] = logLevel }, place: null);
}
