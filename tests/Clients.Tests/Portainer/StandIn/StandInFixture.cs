using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using MultiAgentInfra.TestSupport;
using MultiAgentInfra.TestSupport.Portainer;

namespace MultiAgentInfra.Clients.Tests.Portainer.StandIn;

/// <summary>A stand-in with one cluster and a clock, and a caller without a client.</summary>
internal sealed class StandInFixture : IAsyncDisposable
{
    public const string Namespace = "agents-a";

    private readonly HttpClient _http = new(new SocketsHttpHandler { UseCookies = false });

    private StandInFixture(PortainerServer server, FakeClock clock) => (Server, Clock, Cluster) = (server, clock, server.AddKubernetes("one"));

    public PortainerServer Server { get; }

    public FakeClock Clock { get; }

    public Cluster Cluster { get; }

    public Guid Agent { get; } = Guid.NewGuid();

    public static async Task<StandInFixture> StartAsync()
    {
        var clock = new FakeClock();
        var fixture = new StandInFixture(await PortainerServer.StartAsync(clock), clock);
        await fixture.KubeAsync("POST", "api/v1/namespaces", $$$"""{"metadata":{"name":"{{{Namespace}}}"}}""");
        return fixture;
    }

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await Server.DisposeAsync();
    }

    /// <summary>A StatefulSet of one with a ReadWriteOncePod volume.</summary>
    public string Manifest(string image, string policy = "Parallel") => $$$"""
        apiVersion: v1
        kind: PersistentVolumeClaim
        metadata: {name: data}
        spec:
          accessModes: [ReadWriteOncePod]
          resources: {requests: {storage: 1Gi}}
        ---
        apiVersion: apps/v1
        kind: StatefulSet
        metadata: {name: agent, labels: {app: agent}}
        spec:
          podManagementPolicy: {{{policy}}}
          selector: {matchLabels: {app: agent}}
          template:
            metadata: {labels: {app: agent, multi-agent-infra/agent: "{{{Agent}}}"}}
            spec:
              terminationGracePeriodSeconds: 60
              containers:
              - name: agent
                image: {{{image}}}
                resources: {requests: {cpu: 100m, memory: 512Mi}, limits: {memory: 1Gi}}
              volumes:
              - name: data
                persistentVolumeClaim: {claimName: data}
        """;

    public Task<(HttpStatusCode Status, JsonNode? Body)> CreateStackAsync(string manifest, string @namespace = Namespace) => CallAsync(
        "POST", "api/stacks/create/kubernetes/string?endpointId=1", new JsonObject { ["stackName"] = "agent", ["namespace"] = @namespace, ["stackFileContent"] = manifest });

    public Task<(HttpStatusCode Status, JsonNode? Body)> UpdateStackAsync(int id, string manifest) => CallAsync(
        "PUT", $"api/stacks/{id}?endpointId=1", new JsonObject { ["stackName"] = "agent", ["stackFileContent"] = manifest });

    public Task<(HttpStatusCode Status, JsonNode? Body)> KubeAsync(string method, string path, string? body = null) => CallAsync(
        method, $"api/endpoints/1/kubernetes/{path}", body is null ? null : JsonNode.Parse(body), method == "PATCH" ? "application/merge-patch+json" : "application/json");

    public async Task<(HttpStatusCode Status, JsonNode? Body)> CallAsync(string method, string path, JsonNode? body = null, string contentType = "application/json", string key = PortainerServer.ApiKey)
    {
        using var request = new HttpRequestMessage(new(method), $"{Server.Address}/{path}");
        request.Headers.Add("X-API-KEY", key);
        if (body is not null)
            request.Content = new StringContent(body.ToJsonString(), Encoding.UTF8, contentType);
        using var answer = await _http.SendAsync(request);
        var text = await answer.Content.ReadAsStringAsync();
        return (answer.StatusCode, answer.Content.Headers.ContentType?.MediaType == "application/json" ? JsonNode.Parse(text) : JsonValue.Create(text));
    }

    public JsonObject? Pod(string name = "agent-0") => Cluster.Objects("pods").FirstOrDefault(pod => (string)pod["metadata"]!["name"]! == name);

    /// <summary>Waiting reason, running, or terminated reason.</summary>
    public string State(string name = "agent-0")
    {
        var state = Pod(name)!["status"]!["containerStatuses"]![0]!["state"]!.AsObject().Single();
        return state.Key == "running" ? "running" : (string)state.Value!["reason"]!;
    }

    public void Pass(double seconds) => Clock.Advance(TimeSpan.FromSeconds(seconds));
}
