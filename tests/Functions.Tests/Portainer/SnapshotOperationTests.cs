using System.Text.Json.Nodes;
using MultiAgentInfra.Core.Characters;
using MultiAgentInfra.TestSupport.Portainer;

namespace MultiAgentInfra.Functions.Tests.Portainer;

/// <summary>An agent that an earlier release has deployed gets this release's ElizaOS, or does not, and what becomes of its data.</summary>
[Trait("Category", "Long")]
public sealed class SnapshotOperationTests(ClusterFixture fixture) : IClassFixture<ClusterFixture>, IAsyncLifetime
{
    private const string Old = "1.6.5";
    private const string New = PluginCatalogue.CoreVersion;

    public ValueTask InitializeAsync()
    {
        fixture.Calm();
        (fixture.Cluster.HasSnapshots, fixture.Cluster.SnapshotWords) = (false, null);
        return ValueTask.CompletedTask;
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Theory]
    [InlineData("none")]
    [InlineData("snapshot's answer lost")]
    [InlineData("deletion's answer lost")]
    [InlineData("claim's answer lost")]
    public async Task An_update_that_crashes_is_rolled_back_to_the_data_of_before(string fault)
    {
        fixture.Cluster.AllowSnapshots();
        var (client, agentId) = await DeployAsync();
        using var _ = client;
        Crash(agentId);
        if (fault != "none")
            fixture.Portainer.Fail(Faults[fault]);

        var operation = await UpdateAsync(client, agentId);

        Assert.Empty(fixture.Portainer.PendingFaults);
        Assert.True(("Failed", "RolledBack") == ((string)operation["status"]!, (string?)operation["outcome"]), operation.ToJsonString());
        var snapshot = (string)Assert.Single(fixture.Cluster.Objects("volumesnapshots", Selector(agentId)))["metadata"]!["name"]!;
        Assert.Contains($"ElizaOS changes from {Old} to {New}; snapshot {snapshot} has the agent's data of before", Detail(operation, "template"), StringComparison.Ordinal);
        Assert.Contains($"ElizaOS goes back from {New} to {Old}; the agent's data is again that of snapshot {snapshot}", Detail(operation, "rollback-template"), StringComparison.Ordinal);
        Assert.Equal([Old, Old], fixture.Cluster.DataOf(agentId));
        Assert.Equal(1, fixture.Portainer.EventLog.MostLivePods($"{agentId}"));
        await AssertDeletedAsync(client, agentId);
    }

    [Fact]
    public async Task An_update_that_succeeds_goes_on_with_the_data_and_keeps_the_snapshot()
    {
        fixture.Cluster.AllowSnapshots();
        var (client, agentId) = await DeployAsync();
        using var _ = client;

        var operation = await UpdateAsync(client, agentId);

        Assert.True((string)operation["status"]! == "Succeeded", operation.ToJsonString());
        Assert.Equal([Old, New], fixture.Cluster.DataOf(agentId));
        Assert.Single(fixture.Cluster.Objects("volumesnapshots", Selector(agentId)));
        operation = await UpdateAsync(client, agentId, "Closes the visitor book.");
        Assert.EndsWith("is ready for it.", Detail(operation, "template"), StringComparison.Ordinal);
        Assert.Single(fixture.Cluster.Objects("volumesnapshots", Selector(agentId)));
        await AssertDeletedAsync(client, agentId);
    }

    [Fact]
    public async Task Where_there_are_no_snapshots_the_rollback_says_so()
    {
        var (client, agentId) = await DeployAsync();
        using var _ = client;
        Crash(agentId);

        var operation = await UpdateAsync(client, agentId);

        Assert.True(("Failed", "RolledBack") == ((string)operation["status"]!, (string?)operation["outcome"]), operation.ToJsonString());
        Assert.EndsWith(
            $"ElizaOS goes back from {New} to {Old}, and there is no snapshot of the agent's data: the cluster has no snapshots of volumes (snapshot.storage.k8s.io/v1); what {New} has migrated stays so.",
            Detail(operation, "rollback-template"), StringComparison.Ordinal);
        // It writes at each of its starts, of which a crash has several.
        Assert.Equal([Old, New, Old], fixture.Cluster.DataOf(agentId)!.Aggregate(new List<string>(), (runs, version) => runs is [.., var last] && last == version ? runs : [.. runs, version]));
        await AssertDeletedAsync(client, agentId);
    }

    [Fact]
    public async Task Without_the_snapshot_that_a_cluster_should_take_the_new_version_does_not_get_the_data()
    {
        fixture.Cluster.AllowSnapshots();
        fixture.Cluster.SnapshotWords = "no space left on the array";
        var (client, agentId) = await DeployAsync();
        using var _ = client;

        var operation = await UpdateAsync(client, agentId);

        Assert.True(("Failed", "RolledBack") == ((string)operation["status"]!, (string?)operation["outcome"]), operation.ToJsonString());
        Assert.Equal("template", (string?)operation["error"]!["step"]);
        Assert.Contains("no space left on the array", (string?)operation["error"]!["message"], StringComparison.Ordinal);
        Assert.Equal([Old, Old], fixture.Cluster.DataOf(agentId));
        await AssertDeletedAsync(client, agentId);
    }

    private static IReadOnlyDictionary<string, PortainerFault> Faults { get; } = new Dictionary<string, PortainerFault>
    {
        ["snapshot's answer lost"] = PortainerFault.Timeout("POST", "*/volumesnapshots", acts: true),
        ["deletion's answer lost"] = PortainerFault.Timeout("DELETE", "*/persistentvolumeclaims/*", acts: true),
        ["claim's answer lost"] = PortainerFault.Timeout("POST", "*/persistentvolumeclaims", acts: true),
    };

    private async Task<(HttpClient Client, Guid AgentId)> DeployAsync()
    {
        var owner = Guid.NewGuid();
        var client = fixture.Client(owner);
        var accepted = await fixture.PostEarlierAsync(owner, Old);
        var operation = await fixture.EndAsync(client, accepted.OperationId);
        Assert.True((string)operation["status"]! == "Succeeded", operation.ToJsonString());
        return (client, accepted.AgentId);
    }

    private void Crash(Guid agentId) =>
        fixture.Cluster.When(pod => pod.Agent == $"{agentId}" && pod.Labels.GetValueOrDefault("app.kubernetes.io/version") == New, Behaviour.Crash(1, "no"));

    private async Task<JsonNode> UpdateAsync(HttpClient client, Guid agentId, string bio = "Keeps the visitor book.")
    {
        var agent = ClusterFixture.NewAgent();
        agent["character"]!["bio"] = bio;
        return await fixture.EndAsync(client, (await ClusterFixture.PutAsync(client, agentId, agent)).OperationId);
    }

    private static string Detail(JsonNode operation, string step) =>
        (string)operation["steps"]!.AsArray().Single(entry => (string)entry!["name"]! == step)!["detail"]!;

    private static string Selector(Guid agentId) => $"{PodFacts.AgentLabel}={agentId}";

    private async Task AssertDeletedAsync(HttpClient client, Guid agentId)
    {
        fixture.Cluster.ForgetScripts();
        var operation = await fixture.EndAsync(client, (await ClusterFixture.DeleteAsync(client, agentId)).OperationId);
        Assert.True((string)operation["status"]! == "Succeeded", operation.ToJsonString());
        Assert.Empty(fixture.Cluster.ObjectsWith(Selector(agentId)));
        Assert.Empty(fixture.Portainer.UnknownRoutes);
    }
}
