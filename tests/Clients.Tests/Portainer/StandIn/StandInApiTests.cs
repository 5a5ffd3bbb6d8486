using System.Net;
using System.Text.Json.Nodes;
using MultiAgentInfra.TestSupport.Portainer;

namespace MultiAgentInfra.Clients.Tests.Portainer.StandIn;

/// <summary>The API server of the stand-in: selectors, pages, dry runs, refusals, and the reasons that pods give.</summary>
public sealed class StandInApiTests
{
    private const string Maps = "api/v1/namespaces/agents-a/configmaps";

    [Theory]
    [InlineData("a=1", "one")]
    [InlineData("a==2", "two")]
    [InlineData("a", "one two")]
    [InlineData("!a", "kube-root-ca.crt three")]
    [InlineData("a in (1, 2),b", "two")]
    [InlineData("a notin (1),b!=y", "kube-root-ca.crt three")]
    public async Task Labels_select(string selector, string names)
    {
        await using var fixture = await StandInFixture.StartAsync();
        await MakeMapsAsync(fixture);

        var (_, list) = await fixture.KubeAsync("GET", $"{Maps}?labelSelector={Uri.EscapeDataString(selector)}");

        Assert.Equal(names, Names(list));
    }

    [Fact]
    public async Task A_list_comes_in_pages_and_a_field_that_is_no_selector_is_refused()
    {
        await using var fixture = await StandInFixture.StartAsync();
        await MakeMapsAsync(fixture);

        var (_, first) = await fixture.KubeAsync("GET", $"{Maps}?limit=3");
        var (_, second) = await fixture.KubeAsync("GET", $"{Maps}?limit=3&continue={Uri.EscapeDataString((string)first!["metadata"]!["continue"]!)}");
        Assert.Equal("kube-root-ca.crt one three two", $"{Names(first)} {Names(second)}");
        Assert.Null(second!["metadata"]!["continue"]);
        Assert.Equal("two", Names((await fixture.KubeAsync("GET", $"{Maps}?fieldSelector=metadata.name%3Dtwo")).Body));
        Assert.Equal(HttpStatusCode.BadRequest, (await fixture.KubeAsync("GET", $"{Maps}?fieldSelector=data.a%3D1")).Status);
    }

    [Fact]
    public async Task A_dry_run_says_what_would_be_and_changes_nothing()
    {
        await using var fixture = await StandInFixture.StartAsync();

        Assert.Equal(HttpStatusCode.Created, (await fixture.KubeAsync("POST", $"{Maps}?dryRun=All", """{"metadata":{"name":"c"}}""")).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await fixture.KubeAsync("GET", $"{Maps}/c")).Status);
        await fixture.KubeAsync("POST", Maps, """{"metadata":{"name":"c"}}""");
        Assert.Equal("b", (string?)(await fixture.KubeAsync("PATCH", $"{Maps}/c?dryRun=All", """{"data":{"a":"b"}}""")).Body!["data"]!["a"]);
        var (_, kept) = await fixture.KubeAsync("GET", $"{Maps}/c");
        Assert.Null(kept!["data"]);
        Assert.Equal("AlreadyExists", (string?)(await fixture.KubeAsync("POST", Maps, """{"metadata":{"name":"c"}}""")).Body!["reason"]);
    }

    [Fact]
    public async Task A_text_that_was_not_quoted_and_a_field_that_may_not_change_are_refused()
    {
        await using var fixture = await StandInFixture.StartAsync();
        var (_, refused) = await fixture.CreateStackAsync("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\ndata: {a: yes}");
        Assert.Contains("cannot unmarshal bool into Go struct field ConfigMap.data of type string", (string?)refused!["details"], StringComparison.Ordinal);

        await fixture.CreateStackAsync(fixture.Manifest("r.example/a@sha256:1"));
        var (status, body) = await fixture.UpdateStackAsync(2, fixture.Manifest("r.example/a@sha256:1", "OrderedReady"));
        Assert.Equal(HttpStatusCode.InternalServerError, status);
        Assert.Contains("updates to statefulset spec for fields other than", (string?)body!["details"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_pod_without_room_waits_in_the_schedulers_words_until_there_is_some()
    {
        await using var fixture = await StandInFixture.StartAsync();
        fixture.Cluster.SetNodes(new ClusterNode("small", Memory: "256Mi"), new ClusterNode("cordoned", Cordoned: true));
        await fixture.CreateStackAsync(fixture.Manifest("r.example/a@sha256:1"));

        fixture.Pass(10);
        Assert.StartsWith(
            "0/2 nodes are available: 1 Insufficient memory, 1 node(s) were unschedulable. preemption: ",
            (string?)fixture.Pod()!["status"]!["conditions"]![0]!["message"], StringComparison.Ordinal);
        await fixture.KubeAsync("PATCH", "api/v1/nodes/cordoned", """{"spec":{"unschedulable":null}}""");
        fixture.Pass(10);

        Assert.Equal("running", fixture.State());
    }

    [Fact]
    public async Task Memory_and_images_fail_as_a_kubelet_says_it()
    {
        await using var fixture = await StandInFixture.StartAsync();
        fixture.Cluster.WhenImage("sha256:1", Behaviour.OutOfMemory());
        await fixture.CreateStackAsync(fixture.Manifest("r.example/a@sha256:1"));
        fixture.Pass(20);
        var status = fixture.Pod()!["status"]!["containerStatuses"]![0]!;
        Assert.Equal(("OOMKilled", 137), ((string?)status["lastState"]!["terminated"]!["reason"], (int)status["lastState"]!["terminated"]!["exitCode"]!));
        Assert.True((int)status["restartCount"]! > 0);

        fixture.Cluster.WhenImage("sha256:2", Behaviour.ImagePullFails("r.example/a@sha256:2: not found"));
        await fixture.UpdateStackAsync(1, fixture.Manifest("r.example/a@sha256:2"));
        fixture.Pass(20);
        Assert.Equal("ImagePullBackOff", fixture.State());
        fixture.Cluster.ForgetScripts();
        fixture.Pass(60);
        Assert.Equal("running", fixture.State());
    }

    [Fact]
    public async Task Metrics_and_snapshots_are_there_where_a_test_says_so()
    {
        await using var fixture = await StandInFixture.StartAsync();
        const string snapshots = "apis/snapshot.storage.k8s.io/v1/namespaces/agents-a/volumesnapshots";
        Assert.Equal(HttpStatusCode.NotFound, (await fixture.KubeAsync("GET", "apis/metrics.k8s.io/v1beta1/nodes")).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await fixture.KubeAsync("GET", snapshots)).Status);

        (fixture.Cluster.HasMetrics, fixture.Cluster.HasSnapshots) = (true, true);
        await fixture.CreateStackAsync(fixture.Manifest("r.example/a@sha256:1"));
        fixture.Pass(10);
        await fixture.KubeAsync("POST", snapshots, """{"metadata":{"name":"s"},"spec":{"source":{"persistentVolumeClaimName":"data"}}}""");
        fixture.Pass(10);

        Assert.Equal("node-1 node-2 node-3", Names((await fixture.KubeAsync("GET", "apis/metrics.k8s.io/v1beta1/nodes")).Body));
        Assert.Equal("256Mi", (string?)(await fixture.KubeAsync("GET", "apis/metrics.k8s.io/v1beta1/namespaces/agents-a/pods/agent-0")).Body!["containers"]![0]!["usage"]!["memory"]);
        Assert.True((bool)(await fixture.KubeAsync("GET", $"{snapshots}/s")).Body!["status"]!["readyToUse"]!);
    }

    [Fact]
    public async Task Scaled_to_nothing_and_back_with_its_volume()
    {
        await using var fixture = await StandInFixture.StartAsync();
        await fixture.CreateStackAsync(fixture.Manifest("r.example/a@sha256:1"));
        fixture.Pass(10);
        const string scale = "apis/apps/v1/namespaces/agents-a/statefulsets/agent/scale";

        var (_, answer) = await fixture.KubeAsync("PATCH", scale, """{"spec":{"replicas":0}}""");
        Assert.Equal(("Scale", 0), ((string?)answer!["kind"], (int)answer["spec"]!["replicas"]!));
        fixture.Pass(10);
        Assert.Null(fixture.Pod());
        await fixture.KubeAsync("DELETE", "api/v1/namespaces/agents-a/persistentvolumeclaims/data");
        Assert.Empty(fixture.Cluster.Objects("persistentvolumeclaims"));
        await fixture.UpdateStackAsync(1, fixture.Manifest("r.example/a@sha256:1") + "\n");
        fixture.Pass(10);

        // The manifest names no number, so that an apply leaves what was set.
        Assert.Null(fixture.Pod());
        await fixture.KubeAsync("PATCH", scale, """{"spec":{"replicas":1}}""");
        fixture.Pass(10);
        Assert.Equal("running", fixture.State());
    }

    private static async Task MakeMapsAsync(StandInFixture fixture)
    {
        foreach (var map in new[] { """{"name":"one","labels":{"a":"1"}}""", """{"name":"two","labels":{"a":"2","b":"y"}}""", """{"name":"three"}""" })
            Assert.Equal(HttpStatusCode.Created, (await fixture.KubeAsync("POST", Maps, $$"""{"metadata":{{map}}}""")).Status);
    }

    private static string Names(JsonNode? list) => string.Join(' ', list!["items"]!.AsArray().Select(item => (string?)item!["metadata"]!["name"]));
}
