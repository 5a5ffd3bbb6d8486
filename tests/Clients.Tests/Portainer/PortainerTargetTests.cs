using System.Text.Json;
using MultiAgentInfra.Clients.Kubernetes;
using MultiAgentInfra.Clients.Targets;
using MultiAgentInfra.Clients.Tests.Local;
using MultiAgentInfra.Clients.Tests.Processes;
using MultiAgentInfra.TestSupport.Portainer;

namespace MultiAgentInfra.Clients.Tests.Portainer;

public sealed class PortainerTargetTests
{
    [Fact]
    public async Task An_agent_is_one_stack_in_its_owners_namespace_and_runs()
    {
        await using var fixture = await ClusterFixture.StartAsync();
        var launch = await fixture.DeployAsync(seconds: 0);

        Assert.IsType<AgentState.Starting>(await fixture.SeeAsync(launch));
        fixture.Pass(5);
        var running = Assert.IsAssignableFrom<AgentState.Running>(await fixture.SeeAsync(launch));

        Assert.Equal((launch, 3000), (running.Launch, running.Port));
        Assert.Equal([(1, KubernetesNames.Agent(launch.AgentId), 1, fixture.Space)], fixture.Server.Stacks);
        Assert.Equal("restricted", (string?)Assert.Single(fixture.Cluster.Objects("namespaces", KubernetesNames.ManagedSelector))["metadata"]!["labels"]!["pod-security.kubernetes.io/enforce"]);
        Assert.Equal(new Uri($"{fixture.Server.Address}/#!/1/kubernetes/applications/{fixture.Space}/{KubernetesNames.Agent(launch.AgentId)}"), fixture.Target.PageOf(launch.AgentId));
        Assert.Empty(fixture.Server.UnknownRoutes);
    }

    [Fact]
    public async Task No_secret_is_in_the_stack_or_in_what_is_kept_here()
    {
        await using var fixture = await ClusterFixture.StartAsync();
        var launch = await fixture.DeployAsync();

        var seen = string.Join('\n', fixture.Cluster.Objects("configmaps").Concat(fixture.Cluster.Objects("statefulsets")).Concat(fixture.Cluster.Objects("pods")).Select(item => item.ToJsonString()))
            + JsonSerializer.Serialize(fixture.Server.Calls) + await fixture.StackFileAsync();

        Assert.Contains(KubernetesNames.Agent(launch.AgentId), seen, StringComparison.Ordinal);
        foreach (var secret in AgentMachine.Secrets.Values)
        {
            Assert.DoesNotContain(secret, seen, StringComparison.Ordinal);
            Assert.DoesNotContain(Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes(secret)), seen, StringComparison.Ordinal);
        }

        var kept = Assert.Single(fixture.Cluster.Objects("secrets", KubernetesNames.Selector(launch.AgentId)));
        Assert.Equal(AgentMachine.Secrets.Keys.Order(), kept["data"]!.AsObject().Select(entry => entry.Key).Order());
    }

    [Fact]
    public async Task What_is_done_twice_is_there_once()
    {
        await using var fixture = await ClusterFixture.StartAsync();
        var launch = await fixture.DeployAsync();
        var uid = fixture.Cluster.Objects("pods")[0]["metadata"]!["uid"]!.ToString();

        await fixture.PrepareAsync(launch, fixture.NewTarget());
        await fixture.StartAsync(launch, fixture.NewTarget());
        fixture.Pass(5);

        Assert.Single(fixture.Server.Stacks);
        Assert.Equal(uid, Assert.Single(fixture.Cluster.Objects("pods"))["metadata"]!["uid"]!.ToString());
        Assert.IsAssignableFrom<AgentState.Running>(await fixture.NewTarget().InspectAsync(launch.AgentId, TestDeadline.Token()));
    }

    [Fact]
    public async Task The_next_revision_waits_for_the_one_before_and_takes_away_what_it_lacks()
    {
        await using var fixture = await ClusterFixture.StartAsync();
        var first = await fixture.DeployAsync(fixture.NewLaunch(deployment: new(Host: "bot.example")));
        Assert.Single(fixture.Cluster.Objects("ingresses"));
        var second = await fixture.PrepareAsync(fixture.NewLaunch(first.AgentId, revision: 2));

        await Assert.ThrowsAsync<InvalidOperationException>(() => fixture.StartAsync(second));
        await fixture.StopAsync(first);
        await fixture.StartAsync(second);

        Assert.Equal(second, Assert.IsAssignableFrom<AgentState.Running>(await fixture.WatchAsync(second)).Launch);
        Assert.Empty(fixture.Cluster.Objects("ingresses"));
        Assert.Empty(fixture.Cluster.Objects("services"));
        Assert.Single(fixture.Server.Stacks);
        Assert.Equal(1, fixture.Server.EventLog.MostLivePods($"{first.AgentId}"));
    }

    [Fact]
    public async Task A_replicable_agent_takes_the_place_of_a_singleton_and_is_up_when_all_are()
    {
        await using var fixture = await ClusterFixture.StartAsync();
        var first = await fixture.DeployAsync();
        await fixture.StopAsync(first);
        var many = fixture.NewLaunch(first.AgentId, revision: 2, deployment: new(Replicable: true, Replicas: 3));

        await fixture.PrepareAsync(many);
        await fixture.StartAsync(many, secrets: new(AgentMachine.Secrets) { ["POSTGRES_URL"] = "postgres://canary-postgres@db.example/x" });

        Assert.IsAssignableFrom<AgentState.Running>(await fixture.WatchAsync(many));
        Assert.Equal(3, fixture.Cluster.Objects("pods").Count);
        Assert.Empty(fixture.Cluster.Objects("statefulsets"));
    }

    [Fact]
    public async Task What_is_asked_to_stop_is_not_gone_before_its_last_pod()
    {
        await using var fixture = await ClusterFixture.StartAsync();
        var launch = await fixture.DeployAsync();
        fixture.Cluster.WhenAgent(launch.AgentId, Behaviour.SlowTermination(TimeSpan.FromSeconds(25)));

        await fixture.Target.SignalStopAsync(launch.AgentId, kill: false, TestDeadline.Token());
        fixture.Pass(20);
        Assert.IsType<AgentState.Starting>(await fixture.SeeAsync(launch));
        await Assert.ThrowsAsync<InvalidOperationException>(() => fixture.Target.RemoveAsync(launch.AgentId, TestDeadline.Token()));

        await fixture.Target.SignalStopAsync(launch.AgentId, kill: true, TestDeadline.Token());
        fixture.Pass(2);
        Assert.True((await fixture.SeeAsync(launch)).IsGone);
        Assert.DoesNotContain(fixture.Server.Calls, call => call.Contains("gracePeriodSeconds=0", StringComparison.Ordinal));
    }

    [Fact]
    public async Task What_is_removed_leaves_nothing_of_it_and_another_agent_alone()
    {
        await using var fixture = await ClusterFixture.StartAsync();
        var (launch, other) = (await fixture.DeployAsync(), await fixture.DeployAsync());
        await fixture.CreateAsync($"api/v1/namespaces/{fixture.Space}/secrets", $$$"""{"metadata":{"name":"{{{KubernetesNames.Certificate(launch.AgentId)}}}"}}""");
        await fixture.StopAsync(launch);

        await fixture.Target.RemoveTemplateAsync(launch.AgentId);
        Assert.IsType<AgentState.NotPrepared>(await fixture.SeeAsync(launch));
        Assert.Equal(["PersistentVolumeClaim", "Secret"], fixture.Left(launch).Select(item => item.Split(' ')[0]).Order());
        await fixture.Target.RemoveAsync(launch.AgentId, TestDeadline.Token());
        await fixture.Target.RemoveAsync(launch.AgentId, TestDeadline.Token());

        Assert.Empty(fixture.Left(launch));
        Assert.DoesNotContain(fixture.Cluster.Objects("secrets"), secret => $"{secret["metadata"]!["name"]}" == KubernetesNames.Certificate(launch.AgentId));
        Assert.Equal(KubernetesNames.Agent(other.AgentId), Assert.Single(fixture.Server.Stacks).Name);
        Assert.IsAssignableFrom<AgentState.Running>(await fixture.SeeAsync(other));
    }

    [Fact]
    public async Task An_evicted_agent_runs_again_and_never_twice()
    {
        await using var fixture = await ClusterFixture.StartAsync();
        var launch = await fixture.DeployAsync();

        fixture.Cluster.Evict(launch.AgentId);

        Assert.IsAssignableFrom<AgentState.Running>(await fixture.WatchAsync(launch));
        fixture.Pass(10);
        Assert.IsAssignableFrom<AgentState.Running>(await fixture.WatchAsync(launch));
        Assert.Equal(1, fixture.Server.EventLog.MostLivePods($"{launch.AgentId}"));
    }

    [Fact]
    public async Task Owners_share_a_registry_of_Portainers()
    {
        await using var fixture = await ClusterFixture.StartAsync();
        var registry = fixture.Server.AddRegistry("registry.example", "puller", "canary-puller");
        fixture.Cluster.RequirePullSecret("registry.example");
        var target = fixture.NewTarget(registry);
        var launches = Enumerable.Range(0, 8).Select(_ => fixture.NewLaunch() with { OrganizationId = Guid.NewGuid() }).ToList();

        await Task.WhenAll(launches.Select(launch => fixture.PrepareAsync(launch, target)));
        await Task.WhenAll(launches.Select(launch => fixture.StartAsync(launch, target)));
        fixture.Pass(5);

        foreach (var launch in launches)
            Assert.IsAssignableFrom<AgentState.Running>(await target.InspectAsync(launch.AgentId, TestDeadline.Token()));
        var space = KubernetesNames.Namespace(launches[0].OrganizationId);
        await fixture.DeleteAsync($"api/v1/namespaces/{space}/secrets/registry-{registry}");
        await fixture.PrepareAsync(launches[0], target);
        Assert.Contains(fixture.Cluster.Objects("secrets"), secret => $"{secret["metadata"]!["namespace"]}" == space && $"{secret["metadata"]!["name"]}" == $"registry-{registry}");
    }

    [Fact]
    public async Task The_account_of_the_section_Registry_pulls_where_Portainer_has_none()
    {
        await using var fixture = await ClusterFixture.StartAsync(new() { Address = "registry.example", Username = "pusher", Password = "canary-pusher-pass" });
        fixture.Cluster.RequirePullSecret("registry.example");

        Assert.IsAssignableFrom<AgentState.Running>(await fixture.WatchAsync(await fixture.DeployAsync()));
    }

    [Fact]
    public async Task The_agent_itself_is_asked_where_the_API_server_reaches_it()
    {
        await using var fixture = await ClusterFixture.StartAsync();
        var target = fixture.NewTarget(null, "10.0.0.0/24");
        var launch = await fixture.DeployAsync();
        var running = Assert.IsAssignableFrom<AgentState.Running>(await target.InspectAsync(launch.AgentId, TestDeadline.Token()));

        Assert.True((await target.GetHealthAsync(launch.AgentId, running, "token", TestDeadline.Token())).IsHealthy);
        Assert.Contains(fixture.Server.Calls, call => call.EndsWith(":3000/proxy/health", StringComparison.Ordinal));
        fixture.Cluster.Evict(launch.AgentId);
        Assert.False((await target.GetHealthAsync(launch.AgentId, running, "token", TestDeadline.Token())).IsHealthy);
    }

    [Fact]
    public async Task Many_agents_are_looked_at_with_few_lists()
    {
        await using var fixture = await ClusterFixture.StartAsync();
        var launches = new List<AgentLaunch>();
        for (var i = 0; i < 20; i++)
            launches.Add(await fixture.DeployAsync(seconds: 0));
        fixture.Pass(5);
        fixture.Server.Calls.Clear();

        var states = await Task.WhenAll(launches.Select(launch => fixture.SeeAsync(launch)));

        Assert.All(states, state => Assert.IsAssignableFrom<AgentState.Running>(state));
        Assert.InRange(fixture.Server.Calls.Count(call => call.Contains("/pods?", StringComparison.Ordinal)), 1, 6);
    }
}
