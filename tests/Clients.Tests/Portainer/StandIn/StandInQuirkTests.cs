using System.Net;
using System.Text.Json.Nodes;
using MultiAgentInfra.TestSupport;
using MultiAgentInfra.TestSupport.Portainer;

namespace MultiAgentInfra.Clients.Tests.Portainer.StandIn;

/// <summary>Where Portainer surprises, and how calls fail on demand.</summary>
public sealed class StandInQuirkTests
{
    private const string Pods = "api/endpoints/1/kubernetes/api/v1/namespaces/agents-a/pods";

    [Theory]
    [InlineData(false, 0)]
    [InlineData(true, 1)]
    public async Task A_failure_comes_before_or_after_the_work(bool acts, int rows)
    {
        await using var fixture = await StandInFixture.StartAsync();
        fixture.Server.Fail(PortainerFault.Error("POST", "/api/stacks/create/*", acts));

        var (status, body) = await fixture.CreateStackAsync(fixture.Manifest("r.example/a@sha256:1"));

        Assert.Equal(HttpStatusCode.InternalServerError, status);
        Assert.NotNull(body!["message"]);
        Assert.Equal(rows, fixture.Server.Stacks.Count);
        Assert.Empty(fixture.Server.PendingFaults);
        Assert.Equal(HttpStatusCode.OK, (await fixture.CreateStackAsync(fixture.Manifest("r.example/a@sha256:1"))).Status);
    }

    [Fact]
    public async Task A_connection_breaks_after_the_work()
    {
        await using var fixture = await StandInFixture.StartAsync();
        fixture.Server.Fail(PortainerFault.Drop("POST", "/api/stacks/create/*", acts: true));

        await Assert.ThrowsAsync<HttpRequestException>(() => fixture.CreateStackAsync(fixture.Manifest("r.example/a@sha256:1")));

        Assert.Single(fixture.Server.Stacks);
        Assert.NotNull(fixture.Pod());
    }

    [Theory]
    [InlineData(false, 0)]
    [InlineData(true, 1)]
    public async Task No_answer_comes_before_or_after_the_work_until_the_caller_gives_up(bool acts, int rows)
    {
        await using var fixture = await StandInFixture.StartAsync();
        fixture.Server.Fail(PortainerFault.Timeout("POST", "/api/stacks/create/*", acts));
        using var http = new HttpClient();
        http.DefaultRequestHeaders.Add("X-API-KEY", PortainerServer.ApiKey);
        using var body = new StringContent(new JsonObject { ["Namespace"] = "agents-a", ["StackFileContent"] = fixture.Manifest("r.example/a@sha256:1") }.ToJsonString());
        using var patience = new CancellationTokenSource();

        var call = http.PostAsync(new Uri($"{fixture.Server.Address}/api/stacks/create/kubernetes/string?endpointId=1"), body, patience.Token);
        await Wait.UntilAsync("the call", TimeSpan.FromSeconds(30), () => Task.FromResult(fixture.Server.PendingFaults.Count == 0 && fixture.Server.Stacks.Count == rows));
        Assert.False(call.IsCompleted);
        await patience.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call);
        Assert.Equal(rows, fixture.Server.Stacks.Count);
    }

    [Fact]
    public async Task Many_callers_at_once_by_the_systems_clock()
    {
        await using var server = await PortainerServer.StartAsync();
        var clusters = new[] { server.AddKubernetes("one"), server.AddKubernetes("two"), server.AddKubernetes("three") };
        foreach (var cluster in clusters)
            cluster.Times = new() { Pull = TimeSpan.FromMilliseconds(5), Ready = TimeSpan.FromMilliseconds(5), Termination = TimeSpan.FromMilliseconds(20) };
        using var http = new HttpClient();
        http.DefaultRequestHeaders.Add("X-API-KEY", PortainerServer.ApiKey);
        var agents = Enumerable.Range(0, 60).Select(_ => Guid.NewGuid()).ToArray();

        await Parallel.ForEachAsync(agents, async (agent, cancellationToken) =>
        {
            var environment = 1 + (Array.IndexOf(agents, agent) % 3);
            foreach (var image in new[] { "a", "b" })
            {
                using var body = new StringContent(new JsonObject { ["Namespace"] = "default", ["StackName"] = $"agent-{agent}", ["StackFileContent"] = Set(agent, image) }.ToJsonString());
                using var answer = await http.PostAsync(new Uri($"{server.Address}/api/stacks/create/kubernetes/string?endpointId={environment}"), body, cancellationToken);
                Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync(cancellationToken));
            }

            clusters[environment - 1].Evict(agent);
        });
        await Wait.UntilAsync("the second images", TimeSpan.FromSeconds(30), () => Task.FromResult(
            clusters.SelectMany(cluster => cluster.Objects("pods")).Count(pod => (string?)pod["spec"]!["containers"]![0]!["image"] == "b" && (bool?)pod["status"]!["containerStatuses"]?[0]?["ready"] == true) == 60));

        Assert.Equal(60, server.EventLog.MostLivePodsPerAgent().Count);
        Assert.All(server.EventLog.MostLivePodsPerAgent().Values, most => Assert.Equal(1, most));
    }

    [Fact]
    public async Task Rows_without_objects_and_objects_without_rows()
    {
        await using var fixture = await StandInFixture.StartAsync();
        fixture.Server.Fail(PortainerFault.RowWithoutObjects());
        await fixture.CreateStackAsync(fixture.Manifest("r.example/a@sha256:1"));
        Assert.Single(fixture.Server.Stacks);
        Assert.Null(fixture.Pod());

        fixture.Server.Fail(PortainerFault.ObjectsWithoutRow());
        await fixture.CreateStackAsync(fixture.Manifest("r.example/a@sha256:1"));
        Assert.Single(fixture.Server.Stacks);
        Assert.NotNull(fixture.Pod());
    }

    [Fact]
    public async Task A_list_is_once_the_one_of_before()
    {
        await using var fixture = await StandInFixture.StartAsync();
        await fixture.CreateStackAsync(fixture.Manifest("r.example/a@sha256:1"));
        fixture.Server.Fail(PortainerFault.Stale("/api/stacks"));
        fixture.Server.Fail(PortainerFault.Stale("/" + Pods));

        Assert.Empty((await fixture.CallAsync("GET", "api/stacks")).Body!.AsArray());
        Assert.Empty((await fixture.CallAsync("GET", Pods)).Body!["items"]!.AsArray());
        Assert.Single((await fixture.CallAsync("GET", "api/stacks")).Body!.AsArray());
        Assert.Single((await fixture.CallAsync("GET", Pods)).Body!["items"]!.AsArray());
    }

    [Fact]
    public async Task A_stack_that_is_made_later_fails_in_its_status_only()
    {
        await using var fixture = await StandInFixture.StartAsync();
        fixture.Server.AsynchronousStacks = TimeSpan.FromSeconds(5);
        Assert.Equal(HttpStatusCode.OK, (await fixture.CreateStackAsync("kind: Nothing\napiVersion: v1\nmetadata: {name: x}")).Status);
        Assert.Equal(3, (int)(await fixture.CallAsync("GET", "api/stacks/1")).Body!["Status"]!);

        fixture.Pass(5);

        var stack = (await fixture.CallAsync("GET", "api/stacks/1")).Body!;
        Assert.Equal(4, (int)stack["Status"]!);
        Assert.Contains("no matches for kind", (string?)stack["DeploymentStatus"]![0]!["Message"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_failed_create_keeps_what_came_before_and_no_row_and_an_update_without_a_name_blanks_it()
    {
        await using var fixture = await StandInFixture.StartAsync();
        var manifest = fixture.Manifest("r.example/a@sha256:1");

        var (status, body) = await fixture.CreateStackAsync(manifest + "\n---\nkind: Nothing\napiVersion: v1\nmetadata: {name: x}");
        Assert.Equal(HttpStatusCode.InternalServerError, status);
        Assert.StartsWith("failed to deploy kubernete stack: ", (string?)body!["message"], StringComparison.Ordinal);
        Assert.Empty(fixture.Server.Stacks);
        Assert.NotNull(fixture.Pod());

        await fixture.CreateStackAsync(manifest);
        await fixture.CallAsync("PUT", "api/stacks/2?endpointId=1", new JsonObject { ["StackFileContent"] = manifest });
        Assert.Equal((2, "", 1, "agents-a"), fixture.Server.Stacks.Single());
        Assert.Empty((await fixture.CallAsync("GET", "api/stacks?filters=%7B%22EndpointID%22%3A1%7D")).Body!.AsArray());
        Assert.Equal(HttpStatusCode.BadRequest, (await fixture.CallAsync("POST", "api/stacks/2/stop?endpointId=1")).Status);
    }

    [Fact]
    public async Task A_field_that_no_kind_has_is_refused_in_a_stack_and_dropped_by_the_proxy()
    {
        await using var fixture = await StandInFixture.StartAsync();

        var (status, body) = await fixture.CreateStackAsync(fixture.Manifest("r.example/a@sha256:1").Replace("image:", "imagePullPolcy: Always\n        image:", StringComparison.Ordinal));
        Assert.Equal(HttpStatusCode.InternalServerError, status);
        Assert.EndsWith("strict decoding error: unknown field \"spec.template.spec.containers[0].imagePullPolcy\"", (string?)body!["details"], StringComparison.Ordinal);

        var (_, made) = await fixture.KubeAsync("POST", "api/v1/namespaces/agents-a/configmaps", """{"metadata":{"name":"c"},"dta":{"a":"1"}}""");
        Assert.Null(made!["dta"]);
    }

    [Fact]
    public async Task Pull_secrets_follow_the_difference_of_lists_and_a_namespace_takes_its_rows_with_it()
    {
        await using var fixture = await StandInFixture.StartAsync();
        var registry = fixture.Server.AddRegistry("r.example", "puller", "canary");
        fixture.Cluster.RequirePullSecret("r.example");
        await fixture.CreateStackAsync(fixture.Manifest("r.example/a@sha256:1"));
        fixture.Pass(2);
        Assert.Equal("ErrImagePull", fixture.State());

        var grant = new JsonObject { ["Namespaces"] = new JsonArray("agents-a") };
        Assert.Equal(HttpStatusCode.NoContent, (await fixture.CallAsync("PUT", $"api/endpoints/1/registries/{registry}", grant)).Status);
        Assert.Equal(HttpStatusCode.OK, (await fixture.KubeAsync("GET", $"api/v1/namespaces/agents-a/secrets/registry-{registry}")).Status);

        await fixture.KubeAsync("DELETE", "api/v1/namespaces/agents-a");
        Assert.Empty(fixture.Server.Stacks);
        fixture.Pass(60);
        Assert.Equal(HttpStatusCode.NotFound, (await fixture.KubeAsync("GET", "api/v1/namespaces/agents-a")).Status);
        Assert.Empty(fixture.Cluster.Objects("persistentvolumeclaims"));
    }

    [Fact]
    public async Task A_user_edits_in_a_namespace_and_makes_none()
    {
        await using var fixture = await StandInFixture.StartAsync();
        fixture.Server.User.EnvironmentIds.Add(1);
        fixture.Server.User.Namespaces.Add("agents-a");
        var secret = new JsonObject { ["metadata"] = new JsonObject { ["name"] = "s" }, ["stringData"] = new JsonObject { ["a"] = "b" } };

        var (made, body) = await CallAsync("POST", "api/v1/namespaces/agents-a/secrets", secret);
        Assert.Equal((HttpStatusCode.Created, "Yg=="), (made, (string?)body!["data"]!["a"]));
        var (status, refused) = await CallAsync("POST", "api/v1/namespaces", new JsonObject { ["metadata"] = new JsonObject { ["name"] = "b" } });
        Assert.Equal(HttpStatusCode.Forbidden, status);
        Assert.Equal(
            $"namespaces is forbidden: User \"system:serviceaccount:portainer:portainer-sa-user-{PortainerServer.InstanceId}-2\" cannot create resource \"namespaces\" in API group \"\" at the cluster scope",
            (string?)refused!["message"]);

        Task<(HttpStatusCode Status, JsonNode? Body)> CallAsync(string method, string path, JsonNode? content) =>
            fixture.CallAsync(method, $"api/endpoints/1/kubernetes/{path}", content, key: PortainerServer.UserKey);
    }

    private static string Set(Guid agent, string image) => $$"""
        apiVersion: apps/v1
        kind: StatefulSet
        metadata:
          name: agent-{{agent}}
        spec:
          podManagementPolicy: Parallel
          selector:
            matchLabels:
              multi-agent-infra/agent: "{{agent}}"
          template:
            metadata:
              labels:
                multi-agent-infra/agent: "{{agent}}"
            spec:
              containers:
              - name: agent
                image: {{image}}
        """;

    [Fact]
    public async Task A_change_of_an_old_version_and_a_deletion_of_another_uid_are_conflicts()
    {
        await using var fixture = await StandInFixture.StartAsync();
        await fixture.KubeAsync("POST", "api/v1/namespaces/agents-a/configmaps", """{"metadata":{"name":"c"},"data":{"a":"1"}}""");

        Assert.Equal(HttpStatusCode.Conflict, (await fixture.KubeAsync("PATCH", "api/v1/namespaces/agents-a/configmaps/c", """{"metadata":{"resourceVersion":"1"}}""")).Status);
        Assert.Equal(HttpStatusCode.Conflict, (await fixture.KubeAsync("DELETE", "api/v1/namespaces/agents-a/configmaps/c", """{"preconditions":{"uid":"x"}}""")).Status);
        var (_, body) = await fixture.KubeAsync("PATCH", "api/v1/namespaces/agents-a/configmaps/c", """{"data":{"a":null,"b":"2"}}""");
        Assert.Equal("""{"b":"2"}""", body!["data"]!.ToJsonString());
    }
}
