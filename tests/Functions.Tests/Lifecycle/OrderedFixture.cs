using System.Text.Json.Nodes;
using MultiAgentInfra.Clients.Sqlite;
using MultiAgentInfra.Core.Agents;
using MultiAgentInfra.Core.Deployments;
using MultiAgentInfra.Core.Images;
using MultiAgentInfra.Core.Operations;
using MultiAgentInfra.TestSupport.Portainer;

namespace MultiAgentInfra.Functions.Tests.Lifecycle;

/// <summary>The API in front of a Portainer with one cluster; what is ordered stays ordered, and ends when a test says so.</summary>
public sealed class OrderedFixture : IAsyncLifetime
{
    public const string Database = "postgres://user:canary-of-the-database@db.example/agents";

    public PortainerServer Portainer { get; private set; } = null!;

    public ApiFixture Api { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        Portainer = await PortainerServer.StartAsync();
        Portainer.AddKubernetes("one");
        Api = new()
        {
            MoreSettings = new Dictionary<string, string?>
            {
                ["PORTAINER_URL"] = Portainer.Address,
                ["PORTAINER_API_KEY"] = PortainerServer.ApiKey,
                ["Registry:Address"] = "http://127.0.0.1:9",
                ["Build:BaseImage"] = $"127.0.0.1:9/base/node:1@{Digest.Of("base"u8)}",
            },
        };
        await Api.InitializeAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await Api.DisposeAsync();
        await Portainer.DisposeAsync();
    }

    public static JsonObject Replicable(int replicas = 1)
    {
        var agent = ApiFixture.Agent();
        (agent["replicable"], agent["replicas"]) = (true, replicas);
        agent["secrets"] = new JsonObject { ["POSTGRES_URL"] = Database };
        return agent;
    }

    /// <summary>An agent that has come to this state as agents do.</summary>
    public async Task<Guid> InStateAsync(AgentStatus status, JsonObject? agent = null)
    {
        var id = (Guid)(await Api.PostAsync(agent ?? Replicable()))["agentId"]!;
        var (agents, operations) = (Api.Get<AgentStore>(), Api.Get<OperationStore>());
        if (status is AgentStatus.Queued)
            return id;
        var deployment = (await agents.FindAsync(id, default))!.OperationId;
        await operations.StartAsync(deployment, default);
        if (status is AgentStatus.Failed)
            await agents.FailDeploymentAsync(new FailDeployment(deployment, id, OperationStatus.Failed, new("start", "No.", [])), default);
        else if (status is not AgentStatus.Deploying)
            await agents.CompleteDeploymentAsync(deployment, id, Digest.Of("image"u8), 1, default);
        if (status is AgentStatus.Stopping or AgentStatus.Stopped)
            await OrderAsync(id, "stop");
        if (status is AgentStatus.Stopped)
            await StopAsync(id);
        if (status is AgentStatus.Deleting)
            await OrderAsync(id, "delete");
        Assert.Equal(status, (await agents.FindAsync(id, default))!.Status);
        return id;
    }

    /// <summary>Ends the stop that was ordered.</summary>
    public async Task StopAsync(Guid id)
    {
        var stop = (await Api.Get<AgentStore>().FindAsync(id, default))!.OperationId;
        await Api.Get<OperationStore>().StartAsync(stop, default);
        await Api.Get<AgentStore>().CompleteStopAsync(stop, id, default);
    }

    /// <summary>Asks for a change of the owner's agent.</summary>
    /// <param name="change">The last part of its path, or update or delete.</param>
    public Task<HttpResponseMessage> OrderAsync(Guid id, string change, string? key = null, string? body = null) => OrderAsync(Tokens.Of(Api.Owner), id, change, key, body);

    public async Task<HttpResponseMessage> OrderAsync(string token, Guid id, string change, string? key = null, string? body = null)
    {
        var (method, path) = change switch
        {
            "update" => (HttpMethod.Put, ""),
            "delete" => (HttpMethod.Delete, ""),
            _ => (HttpMethod.Post, $"/{change}"),
        };
        using var client = Api.Client(token);
        using var request = new HttpRequestMessage(method, $"/api/agents/{id}{path}");
        if (method != HttpMethod.Post)
            request.Headers.Add("If-Match", "*");
        if (key is not null)
            request.Headers.Add("Idempotency-Key", key);
        body ??= change switch
        {
            "scale" => """{"replicas":3}""",
            "update" => Replicable(2).ToJsonString(),
            _ => null,
        };
        request.Content = body is null ? null : ApiFixture.Json(body);
        return await client.SendAsync(request);
    }
}
