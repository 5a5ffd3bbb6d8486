using System.Text.Json.Nodes;
using MultiAgentInfra.TestSupport.Portainer;

namespace MultiAgentInfra.Functions.Tests.Portainer;

/// <summary>Whatever happens to any call of an update or of a scaling: the agent runs as it was last asked to, or as before, and nothing is there twice.</summary>
[Trait("Category", "Long")]
public sealed class FaultyChangeTests(ClusterFixture fixture) : IClassFixture<ClusterFixture>, IAsyncLifetime
{
    public static TheoryData<string, string> OfUpdate => FaultMatrix.Of("pods", "stateful sets", "scale", "changed secret", "stacks", "stack", "stack update", "services");

    public static TheoryData<string, string> OfScaling => FaultMatrix.Of("pods", "stacks", "stack update");

    public ValueTask InitializeAsync()
    {
        fixture.Calm();
        return ValueTask.CompletedTask;
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Theory]
    [MemberData(nameof(OfUpdate))]
    public async Task An_update_ends_with_the_new_revision_alone(string call, string fault)
    {
        using var client = fixture.Client(Guid.NewGuid());
        var agentId = await DeployAsync(client);
        fixture.Portainer.Heal();
        fixture.Portainer.Fail(FaultMatrix.Fault(call, fault));

        var changed = await ClusterFixture.PutAsync(client, agentId, Changed());
        var operation = await fixture.EndAsync(client, changed.OperationId);

        Assert.Empty(fixture.Portainer.PendingFaults);
        Assert.True((string)operation["status"]! == "Succeeded", operation.ToJsonString());
        AssertRuns(agentId, "2");
        await AssertDeletedAsync(client, agentId);
        Assert.Equal(1, fixture.Portainer.EventLog.MostLivePods($"{agentId}"));
    }

    [Theory]
    [MemberData(nameof(OfUpdate))]
    public async Task Where_the_new_revision_fails_the_old_one_runs_again(string call, string fault)
    {
        using var client = fixture.Client(Guid.NewGuid());
        var agentId = await DeployAsync(client);
        fixture.Cluster.When(pod => pod.Agent == $"{agentId}" && pod.Labels.GetValueOrDefault("multi-agent-infra/revision") == "2", Behaviour.Crash(1, "no"));
        fixture.Portainer.Heal();
        fixture.Portainer.Fail(FaultMatrix.Fault(call, fault));

        var changed = await ClusterFixture.PutAsync(client, agentId, Changed());
        var operation = await fixture.EndAsync(client, changed.OperationId);

        fixture.Cluster.ForgetScripts();
        Assert.Empty(fixture.Portainer.PendingFaults);
        Assert.True(("Failed", "RolledBack") == ((string)operation["status"]!, (string?)operation["outcome"]), operation.ToJsonString());
        Assert.Equal("CrashLoop", (string?)operation["error"]!["cause"]);
        AssertRuns(agentId, "1");
        await AssertDeletedAsync(client, agentId);
        Assert.Equal(1, fixture.Portainer.EventLog.MostLivePods($"{agentId}"));
    }

    [Theory]
    [MemberData(nameof(OfScaling))]
    public async Task A_scaling_ends_with_as_many_pods_as_were_asked_for(string call, string fault)
    {
        using var client = fixture.Client(Guid.NewGuid());
        var agent = ClusterFixture.NewAgent();
        (agent["replicable"], agent["replicas"]) = (true, 1);
        agent["secrets"]!["POSTGRES_URL"] = "postgres://user:canary-of-the-database@db.example/agents";
        var agentId = await DeployAsync(client, agent);
        fixture.Portainer.Heal();
        fixture.Portainer.Fail(FaultMatrix.Fault(call, fault));

        var changed = await ClusterFixture.ScaleAsync(client, agentId, 3);
        var operation = await fixture.EndAsync(client, changed.OperationId);

        Assert.Empty(fixture.Portainer.PendingFaults);
        Assert.True((string)operation["status"]! == "Succeeded", operation.ToJsonString());
        Assert.Equal(3, fixture.Portainer.EventLog.LivePods($"{agentId}"));
        Assert.Single(fixture.Cluster.Objects("deployments", Selector(agentId)));
        Assert.Single(fixture.Portainer.Stacks, row => row.Name.Contains($"{agentId:N}", StringComparison.Ordinal));
        await AssertDeletedAsync(client, agentId);
    }

    private static JsonObject Changed()
    {
        var agent = ClusterFixture.NewAgent();
        agent["character"]!["bio"] = "Closes the visitor book.";
        agent["secrets"]!["MY_KEY"] = ClusterFixture.Canary + "2";
        return agent;
    }

    private static string Selector(Guid agentId) => $"{PodFacts.AgentLabel}={agentId}";

    private async Task<Guid> DeployAsync(HttpClient client, JsonObject? agent = null)
    {
        var accepted = await ClusterFixture.PostAsync(client, agent);
        var operation = await fixture.EndAsync(client, accepted.OperationId);
        Assert.True((string)operation["status"]! == "Succeeded", operation.ToJsonString());
        return accepted.AgentId;
    }

    private void AssertRuns(Guid agentId, string revision)
    {
        var pod = Assert.Single(fixture.Cluster.Objects("pods", Selector(agentId)));
        Assert.Equal(revision, (string?)pod["metadata"]!["labels"]!["multi-agent-infra/revision"]);
        Assert.Single(fixture.Cluster.Objects("statefulsets", Selector(agentId)));
        Assert.Single(fixture.Cluster.Objects("secrets", Selector(agentId)));
        Assert.Single(fixture.Portainer.Stacks, row => row.Name.Contains($"{agentId:N}", StringComparison.Ordinal));
    }

    private async Task AssertDeletedAsync(HttpClient client, Guid agentId)
    {
        var operation = await fixture.EndAsync(client, (await ClusterFixture.DeleteAsync(client, agentId)).OperationId);
        Assert.True((string)operation["status"]! == "Succeeded", operation.ToJsonString());
        Assert.Empty(fixture.Cluster.ObjectsWith(Selector(agentId)));
        Assert.DoesNotContain(fixture.Portainer.Stacks, row => row.Name.Contains($"{agentId:N}", StringComparison.Ordinal));
        Assert.Empty(fixture.Portainer.UnknownRoutes);
    }
}
