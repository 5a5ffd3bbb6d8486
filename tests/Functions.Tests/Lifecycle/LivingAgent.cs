using System.Net.Http.Json;
using System.Text.Json.Nodes;
using MultiAgentInfra.Functions.Tests.Portainer;
using MultiAgentInfra.TestSupport.Portainer;

namespace MultiAgentInfra.Functions.Tests.Lifecycle;

/// <summary>Tests whose agents live beside each other in one cluster, each with an owner of its own.</summary>
[CollectionDefinition(Name)]
public sealed class LivingAgents : ICollectionFixture<ClusterFixture>
{
    public const string Name = "Living agents";
}

/// <summary>An agent that was deployed to the cluster of the fixture, as its owner and as the cluster sees it.</summary>
internal sealed class LivingAgent(ClusterFixture fixture, HttpClient client, Guid id) : IDisposable
{
    public Guid Id => id;

    public HttpClient Client => client;

    private string Selector => $"{PodFacts.AgentLabel}={id}";

    public static async Task<LivingAgent> DeployAsync(ClusterFixture fixture, JsonObject? agent = null)
    {
        fixture.Calm();
        var client = fixture.Client(Guid.NewGuid());
        var accepted = await ClusterFixture.PostAsync(client, agent);
        Assert.Equal("Succeeded", (string?)(await fixture.EndAsync(client, accepted.OperationId))["status"]);
        return new(fixture, client, accepted.AgentId);
    }

    /// <summary>Stops, starts or restarts it.</summary>
    /// <returns>The operation, which has succeeded.</returns>
    public async Task<JsonNode> DoAsync(string change)
    {
        var operation = await EndAsync(await AcceptedAgent.ReadAsync(await client.PostAsync($"/api/agents/{id}/{change}", null)));
        Assert.True((string)operation["status"]! == "Succeeded", operation.ToJsonString());
        Assert.Equal(change, ((string)operation["kind"]!).ToLowerInvariant());
        return operation;
    }

    public async Task<JsonNode> ScaleAsync(int replicas) => await EndAsync(await ClusterFixture.ScaleAsync(client, id, replicas));

    public async Task<JsonNode> UpdateAsync(JsonObject agent) => await EndAsync(await ClusterFixture.PutAsync(client, id, agent));

    public async Task<JsonNode> ReadAsync() => (await client.GetFromJsonAsync<JsonNode>(new Uri($"/api/agents/{id}", UriKind.Relative)))!;

    public IReadOnlyList<JsonObject> Objects(string kind) => fixture.Cluster.Objects(kind, Selector);

    public JsonObject TheOne(string kind) => Assert.Single(Objects(kind));

    public static string Uid(JsonObject item) => (string)item["metadata"]!["uid"]!;

    public static string? Label(JsonObject item, string name) => (string?)item["metadata"]!["labels"]![$"multi-agent-infra/{name}"];

    public static IEnumerable<string> Steps(JsonNode operation)
    {
        Assert.All(operation["steps"]!.AsArray(), step => Assert.Equal("Succeeded", (string?)step!["status"]));
        return operation["steps"]!.AsArray().Select(step => (string)step!["name"]!);
    }

    /// <summary>Deletes it, after which nothing of it may be there, and it must have been alone at every moment.</summary>
    public async Task DeleteAsync(int most = 1)
    {
        var operation = await EndAsync(await ClusterFixture.DeleteAsync(client, id));
        Assert.True((string)operation["status"]! == "Succeeded", operation.ToJsonString());
        Assert.Empty(fixture.Cluster.ObjectsWith(Selector));
        Assert.DoesNotContain(fixture.Portainer.Stacks, row => row.Name.Contains($"{id:N}", StringComparison.Ordinal));
        Assert.Equal(most, fixture.Portainer.EventLog.MostLivePods($"{id}"));
        Assert.Empty(fixture.Portainer.UnknownRoutes);
    }

    public void Dispose() => client.Dispose();

    private Task<JsonNode> EndAsync(AcceptedAgent accepted) => fixture.EndAsync(client, accepted.OperationId);
}
