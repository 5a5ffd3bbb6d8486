using System.Net;
using MultiAgentInfra.TestSupport.Portainer;

namespace MultiAgentInfra.Clients.Tests.Portainer.StandIn;

/// <summary>What the stand-in itself computes: the life of pods, and their number at every moment.</summary>
public sealed class StandInTests
{
    [Fact]
    public async Task A_stack_becomes_a_pod_that_is_ready_when_its_time_has_come()
    {
        await using var fixture = await StandInFixture.StartAsync();

        var (status, body) = await fixture.CreateStackAsync(fixture.Manifest("r.example/a@sha256:1"));
        Assert.Equal(HttpStatusCode.OK, status);
        Assert.Equal("persistentvolumeclaim/data created\nstatefulset.apps/agent created\n", (string?)body!["Output"]);
        Assert.Null(body["Id"]);
        Assert.Equal("ContainerCreating", fixture.State());
        fixture.Pass(1);
        Assert.Equal("running", fixture.State());
        fixture.Pass(2);

        var (_, set) = await fixture.KubeAsync("GET", "apis/apps/v1/namespaces/agents-a/statefulsets/agent");
        Assert.Equal(1, (int)set!["status"]!["readyReplicas"]!);
        Assert.Equal("1", (string?)set["metadata"]!["labels"]!["io.portainer.kubernetes.application.stackid"]);
        var (_, pods) = await fixture.KubeAsync("GET", "api/v1/pods?labelSelector=multi-agent-infra%2Fagent%3D" + fixture.Agent);
        Assert.Equal("r.example/a@sha256:1", (string?)pods!["items"]!.AsArray().Single()!["status"]!["containerStatuses"]![0]!["imageID"]);
        Assert.Empty(fixture.Server.UnknownRoutes);
    }

    [Fact]
    public async Task An_update_waits_for_the_end_of_the_old_pod_however_slow_it_is()
    {
        await using var fixture = await StandInFixture.StartAsync();
        await fixture.CreateStackAsync(fixture.Manifest("r.example/a@sha256:1"));
        fixture.Pass(10);
        fixture.Cluster.WhenAgent(fixture.Agent, Behaviour.SlowTermination(TimeSpan.FromSeconds(40)));

        await fixture.UpdateStackAsync(1, fixture.Manifest("r.example/a@sha256:2"));
        fixture.Pass(39);
        Assert.NotNull(fixture.Pod()!["metadata"]!["deletionTimestamp"]);
        Assert.Equal(1, fixture.Server.EventLog.LivePods(fixture.Agent.ToString()));
        fixture.Pass(5);

        Assert.Equal("r.example/a@sha256:2", (string?)fixture.Pod()!["status"]!["containerStatuses"]![0]!["imageID"]);
        Assert.Equal(1, fixture.Server.EventLog.MostLivePods(fixture.Agent.ToString()));
        Assert.Equal(2, fixture.Server.EventLog.Pods.Count);
    }

    [Fact]
    public async Task A_forced_deletion_leaves_the_old_process_beside_the_new_one()
    {
        await using var fixture = await StandInFixture.StartAsync();
        await fixture.CreateStackAsync(fixture.Manifest("r.example/a@sha256:1"));
        fixture.Pass(10);

        await fixture.KubeAsync("DELETE", "api/v1/namespaces/agents-a/pods/agent-0?gracePeriodSeconds=0");
        fixture.Pass(10);

        Assert.Equal(2, fixture.Server.EventLog.MostLivePodsPerAgent()[fixture.Agent.ToString()]);
    }

    [Fact]
    public async Task An_evicted_pod_is_replaced_when_it_is_gone()
    {
        await using var fixture = await StandInFixture.StartAsync();
        await fixture.CreateStackAsync(fixture.Manifest("r.example/a@sha256:1"));
        fixture.Pass(10);

        fixture.Cluster.Evict(fixture.Agent);
        fixture.Pass(10);

        Assert.Equal("running", fixture.State());
        Assert.Equal(2, fixture.Server.EventLog.Pods.Count);
        Assert.Equal(1, fixture.Server.EventLog.MostLivePods(fixture.Agent.ToString()));
    }

    [Fact]
    public async Task A_node_that_is_lost_keeps_its_pod_until_it_is_back()
    {
        await using var fixture = await StandInFixture.StartAsync();
        await fixture.CreateStackAsync(fixture.Manifest("r.example/a@sha256:1"));
        fixture.Pass(10);
        var node = (string)fixture.Pod()!["spec"]!["nodeName"]!;

        fixture.Cluster.LoseNode(node);
        fixture.Pass(600);
        Assert.NotNull(fixture.Pod()!["metadata"]!["deletionTimestamp"]);
        Assert.Equal(1, fixture.Server.EventLog.LivePods(fixture.Agent.ToString()));
        fixture.Cluster.ReturnNode(node);
        fixture.Pass(10);

        Assert.Null(fixture.Pod()!["metadata"]!["deletionTimestamp"]);
        Assert.Equal(2, fixture.Server.EventLog.Pods.Count);
        Assert.Equal(1, fixture.Server.EventLog.MostLivePods(fixture.Agent.ToString()));
    }

    [Fact]
    public async Task A_job_that_is_deleted_without_a_word_leaves_its_pod()
    {
        await using var fixture = await StandInFixture.StartAsync();
        const string job = """{"metadata":{"name":"j"},"spec":{"template":{"spec":{"restartPolicy":"Never","containers":[{"name":"a","image":"b"}]}}}}""";
        fixture.Cluster.WhenImage("b", Behaviour.Completes("first", "second"));
        await fixture.KubeAsync("POST", "apis/batch/v1/namespaces/agents-a/jobs", job);
        fixture.Pass(10);
        var pod = (string)Assert.Single(fixture.Cluster.Objects("pods"))["metadata"]!["name"]!;
        Assert.Equal("second\n", (string?)(await fixture.KubeAsync("GET", $"api/v1/namespaces/agents-a/pods/{pod}/log?tailLines=1")).Body);
        Assert.Equal("Complete", (string?)fixture.Cluster.Objects("jobs").Single()["status"]!["conditions"]![0]!["type"]);

        await fixture.KubeAsync("DELETE", "apis/batch/v1/namespaces/agents-a/jobs/j");
        fixture.Pass(10);
        Assert.Single(fixture.Cluster.Objects("pods"));
        await fixture.KubeAsync("POST", "apis/batch/v1/namespaces/agents-a/jobs", job);
        fixture.Pass(10);
        await fixture.KubeAsync("DELETE", "apis/batch/v1/namespaces/agents-a/jobs/j?propagationPolicy=Background");
        fixture.Pass(10);
        Assert.Single(fixture.Cluster.Objects("pods"));
    }

    [Fact]
    public async Task A_probe_passes_again_when_its_script_is_forgotten()
    {
        await using var fixture = await StandInFixture.StartAsync();
        fixture.Cluster.WhenAgent(fixture.Agent, Behaviour.NeverReady("Readiness probe failed: x"));
        await fixture.CreateStackAsync(fixture.Manifest("r.example/a@sha256:1"));
        fixture.Pass(120);
        Assert.False((bool)fixture.Pod()!["status"]!["containerStatuses"]![0]!["ready"]!);
        var unhealthy = Assert.Single(fixture.Cluster.Objects("events"), happening => (string?)happening["reason"] == "Unhealthy");
        Assert.Equal(5, (int)unhealthy["count"]!);

        fixture.Cluster.ForgetScripts();
        fixture.Pass(5);

        Assert.True((bool)fixture.Pod()!["status"]!["containerStatuses"]![0]!["ready"]!);
    }

    [Fact]
    public async Task A_rollback_waits_behind_a_pod_that_is_not_ready_when_pods_are_ordered()
    {
        await using var fixture = await StandInFixture.StartAsync();
        fixture.Cluster.WhenImage("sha256:2", Behaviour.Crash(1, "no database"));
        await fixture.CreateStackAsync(fixture.Manifest("r.example/a@sha256:1", "OrderedReady"));
        fixture.Pass(10);
        await fixture.UpdateStackAsync(1, fixture.Manifest("r.example/a@sha256:2", "OrderedReady"));
        fixture.Pass(60);
        Assert.Equal("CrashLoopBackOff", fixture.State());
        Assert.Equal("no database\n", (string?)(await fixture.KubeAsync("GET", "api/v1/namespaces/agents-a/pods/agent-0/log?previous=true&tailLines=100")).Body);

        await fixture.UpdateStackAsync(1, fixture.Manifest("r.example/a@sha256:1", "OrderedReady"));
        fixture.Pass(60);
        Assert.Equal("CrashLoopBackOff", fixture.State());
        await fixture.KubeAsync("DELETE", "api/v1/namespaces/agents-a/pods/agent-0");
        fixture.Pass(10);

        Assert.Equal("running", fixture.State());
    }

    [Fact]
    public async Task A_second_pod_of_a_volume_for_one_pod_waits()
    {
        await using var fixture = await StandInFixture.StartAsync();
        await fixture.CreateStackAsync(fixture.Manifest("r.example/a@sha256:1"));
        await fixture.KubeAsync("POST", "api/v1/namespaces/agents-a/pods", """
            {"metadata":{"name":"second"},"spec":{"containers":[{"name":"a","image":"r.example/a@sha256:1"}],"volumes":[{"name":"d","persistentVolumeClaim":{"claimName":"data"}}]}}
            """);

        fixture.Pass(10);

        Assert.Contains("ReadWriteOncePod", (string?)fixture.Pod("second")!["status"]!["conditions"]![0]!["message"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_quota_shows_in_the_events_of_the_controller()
    {
        await using var fixture = await StandInFixture.StartAsync();
        await fixture.KubeAsync("POST", "api/v1/namespaces/agents-a/resourcequotas", """{"metadata":{"name":"q"},"spec":{"hard":{"requests.memory":"256Mi"}}}""");
        await fixture.CreateStackAsync(fixture.Manifest("r.example/a@sha256:1"));

        var (_, events) = await fixture.KubeAsync("GET", "api/v1/namespaces/agents-a/events?fieldSelector=involvedObject.name%3Dagent");

        Assert.Equal(
            "create Pod agent-0 in StatefulSet agent failed error: pods \"agent-0\" is forbidden: exceeded quota: q, requested: requests.memory=512Mi, used: requests.memory=0, limited: requests.memory=256Mi",
            (string?)events!["items"]!.AsArray().Single()!["message"]);
    }

    [Fact]
    public async Task A_deployment_rolls_over_and_a_deleted_stack_leaves_nothing()
    {
        await using var fixture = await StandInFixture.StartAsync();
        var manifest = """
            apiVersion: apps/v1
            kind: Deployment
            metadata: {name: agent, labels: {app: agent}}
            spec:
              replicas: 3
              selector: {matchLabels: {app: agent}}
              template:
                metadata: {labels: {app: agent}}
                spec: {containers: [{name: agent, image: "r.example/a@sha256:1"}]}
            """;
        await fixture.CreateStackAsync(manifest);
        fixture.Pass(10);
        await fixture.UpdateStackAsync(1, manifest.Replace("sha256:1", "sha256:2", StringComparison.Ordinal));
        fixture.Pass(60);

        Assert.All(fixture.Cluster.Objects("pods"), pod => Assert.EndsWith(":2", (string?)pod["status"]!["containerStatuses"]![0]!["imageID"], StringComparison.Ordinal));
        Assert.Equal(3, fixture.Cluster.Objects("pods").Count);
        Assert.Equal(HttpStatusCode.NoContent, (await fixture.CallAsync("DELETE", "api/stacks/1?endpointId=1")).Status);
        fixture.Pass(60);
        Assert.Empty(fixture.Cluster.ObjectsWith("app=agent"));
        Assert.Empty(fixture.Server.Stacks);
    }
}
