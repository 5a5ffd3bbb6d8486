using System.Text.Json.Nodes;
using MultiAgentInfra.Clients.Kubernetes;
using MultiAgentInfra.Clients.Targets;
using MultiAgentInfra.Clients.Tests.Local;
using MultiAgentInfra.Clients.Tests.Processes;

namespace MultiAgentInfra.Clients.Tests.Portainer;

/// <summary>What an installation settles for its agents, seen on a cluster.</summary>
public sealed class AgentSettingsTests
{
    private static readonly AgentSettings Settings = new()
    {
        Limits = new(2.5, 8192, 100, 10),
        Volume = new(20, "fast-csi"),
        Ingress = new("traefik", "edge", "enterprise-ca"),
        Databases = [new("10.20.0.5/32", 6543)],
    };

    [Fact]
    public async Task A_cluster_gets_what_is_settled()
    {
        await using var fixture = await ClusterFixture.StartAsync();
        var target = fixture.NewTarget(Settings);
        var launch = await fixture.PrepareAsync(fixture.NewLaunch(deployment: new(Host: "bot.example")), target);

        await fixture.StartAsync(launch, target, new(AgentMachine.Secrets) { ["POSTGRES_URL"] = "postgres://canary@db.example/x" });

        var hard = Single(fixture, "resourcequotas")["spec"]!["hard"]!;
        Assert.Equal(("2500m", "8Gi", "100Gi", "10"), ((string?)hard["limits.cpu"], (string?)hard["limits.memory"], (string?)hard["requests.storage"], (string?)hard["pods"]));
        var ingress = Single(fixture, "ingresses");
        Assert.Equal(("traefik", "enterprise-ca"), ((string?)ingress["spec"]!["ingressClassName"], (string?)ingress["metadata"]!["annotations"]!["cert-manager.io/cluster-issuer"]));
        Assert.Equal("""[{"to":[{"ipBlock":{"cidr":"10.20.0.5/32"}}],"ports":[{"protocol":"TCP","port":6543}]}]""", Databases(fixture));
        Assert.Equal(("20Gi", "fast-csi"), Volume(Single(fixture, "statefulsets")["spec"]!["volumeClaimTemplates"]![0]!));
    }

    [Fact]
    public async Task An_exception_for_a_database_goes_with_its_setting()
    {
        await using var fixture = await ClusterFixture.StartAsync();
        var launch = await fixture.PrepareAsync(fixture.NewLaunch(), fixture.NewTarget(Settings));

        await fixture.PrepareAsync(launch);

        Assert.Equal("[]", Databases(fixture));
    }

    [Theory]
    [InlineData(1, null)]
    [InlineData(2, "slow-csi")]
    [InlineData(40, "slow-csi")]
    public async Task A_volume_that_is_there_keeps_its_size_and_its_class(int size, string? storageClass)
    {
        await using var fixture = await ClusterFixture.StartAsync();
        var first = await fixture.DeployAsync();
        await fixture.StopAsync(first);
        var target = fixture.NewTarget(Settings with { Volume = new(size, storageClass) });

        var second = await fixture.PrepareAsync(fixture.NewLaunch(first.AgentId, revision: 2), target);
        await fixture.StartAsync(second, target);

        Assert.Equal(second, Assert.IsAssignableFrom<AgentState.Running>(await fixture.WatchAsync(second)).Launch);
        Assert.Equal(("2Gi", null), Volume(Single(fixture, "statefulsets")["spec"]!["volumeClaimTemplates"]![0]!));
        Assert.Equal(("2Gi", "standard"), Volume(Single(fixture, "persistentvolumeclaims")));
        var plan = target.Plan(second, "agents", AgentMachine.Secrets.Keys, new Dictionary<string, string> { ["LOG_LEVEL"] = "debug" }, null);
        Assert.Empty(LaunchDifference.Of(plan, (await target.FindObjectsAsync(plan, null, TestDeadline.Token()))!, plan));
    }

    private static string Databases(ClusterFixture fixture) =>
        fixture.Cluster.Objects("networkpolicies").Single(policy => (string?)policy["metadata"]!["name"] == "allow-databases")["spec"]!["egress"]!.ToJsonString();

    private static (string? Size, string? Class) Volume(JsonNode claim) =>
        ((string?)claim["spec"]!["resources"]!["requests"]!["storage"], (string?)claim["spec"]!["storageClassName"]);

    private static JsonObject Single(ClusterFixture fixture, string kind) => Assert.Single(fixture.Cluster.Objects(kind));
}
