using MultiAgentInfra.TestSupport.Portainer;

namespace MultiAgentInfra.Functions.Tests.Portainer;

/// <summary>Whatever happens to any call of an operation: it ends as it should, nothing is there twice, and nothing stays behind.</summary>
[Trait("Category", "Long")]
public sealed class FaultMatrixTests(ClusterFixture fixture) : IClassFixture<ClusterFixture>, IAsyncLifetime
{
    // However slow a look is, there is one before the agent is ready.
    private static readonly TimeSpan SlowBoot = TimeSpan.FromSeconds(60);

    public static TheoryData<string, string> OfDeployment => FaultMatrix.Of(
        "environments", "namespace", "quota", "policies", "pods", "stateful sets", "secret", "stacks", "stack creation", "services", "warnings");

    public static TheoryData<string, string> OfDeletion => FaultMatrix.Of(
        "pods", "stateful sets", "scale", "stacks", "stack", "stack deletion", "services", "claims", "secret deletion", "claim deletion");

    public ValueTask InitializeAsync()
    {
        fixture.Calm();
        return ValueTask.CompletedTask;
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Theory]
    [MemberData(nameof(OfDeployment))]
    public async Task A_deployment_ends_with_one_of_everything(string call, string fault)
    {
        using var client = fixture.Client(Guid.NewGuid());
        if (call == "warnings")
            fixture.Cluster.When(_ => true, Behaviour.ReadyAfter(SlowBoot));
        fixture.Portainer.Fail(FaultMatrix.Fault(call, fault));

        var accepted = await ClusterFixture.PostAsync(client);
        var operation = await fixture.EndAsync(client, accepted.OperationId);

        Assert.Empty(fixture.Portainer.PendingFaults);
        Assert.True((string)operation["status"]! == "Succeeded", operation.ToJsonString());
        AssertOne(accepted.AgentId, fault == "objects without a row, answered as done" ? 0 : 1);
        await AssertDeletedAsync(client, accepted.AgentId);
    }

    [Theory]
    [MemberData(nameof(OfDeletion))]
    public async Task A_deletion_leaves_nothing(string call, string fault)
    {
        using var client = fixture.Client(Guid.NewGuid());
        var accepted = await ClusterFixture.PostAsync(client);
        var operation = await fixture.EndAsync(client, accepted.OperationId);
        Assert.True((string)operation["status"]! == "Succeeded", operation.ToJsonString());

        fixture.Portainer.Fail(FaultMatrix.Fault(call, fault));
        await AssertDeletedAsync(client, accepted.AgentId);
    }

    [Theory]
    [InlineData(20)]
    [InlineData(120)]
    public async Task A_stack_that_is_answered_and_made_later_is_waited_for(int seconds)
    {
        using var client = fixture.Client(Guid.NewGuid());
        fixture.Portainer.AsynchronousStacks = TimeSpan.FromSeconds(seconds);

        var accepted = await ClusterFixture.PostAsync(client);
        var operation = await fixture.EndAsync(client, accepted.OperationId);

        fixture.Portainer.AsynchronousStacks = null;
        Assert.True((string)operation["status"]! == "Succeeded", operation.ToJsonString());
        AssertOne(accepted.AgentId, 1);
        await AssertDeletedAsync(client, accepted.AgentId);
    }

    [Fact]
    public async Task A_stack_that_is_answered_and_cannot_be_made_later_is_a_failure_in_the_clusters_words_and_leaves_nothing()
    {
        using var client = fixture.Client(Guid.NewGuid());
        fixture.Portainer.AsynchronousStacks = TimeSpan.FromSeconds(20);
        var accepted = await ClusterFixture.PostAsync(client);
        await fixture.UntilAsync("the stack", () => Task.FromResult(fixture.Portainer.Stacks.Any(row => IsOf(row.Name, accepted.AgentId))));
        var end = fixture.Clock.GetUtcNow() + TimeSpan.FromSeconds(18);
        await fixture.UntilAsync("the stack's turn", () => Task.FromResult(fixture.Clock.GetUtcNow() > end));
        fixture.Portainer.Environment("one").IsUp = false;
        fixture.Clock.Advance(TimeSpan.FromSeconds(3));
        Assert.Single(fixture.Portainer.Stacks, row => IsOf(row.Name, accepted.AgentId));
        fixture.Portainer.Environment("one").IsUp = true;
        fixture.Portainer.AsynchronousStacks = null;
        var operation = await fixture.EndAsync(client, accepted.OperationId);

        Assert.True((string)operation["status"]! == "Failed", operation.ToJsonString());
        Assert.Contains("connection refused", (string)operation["error"]!["message"]!, StringComparison.Ordinal);
        await AssertDeletedAsync(client, accepted.AgentId, livePods: 0);
    }

    private void AssertOne(Guid agentId, int rows)
    {
        var left = fixture.Cluster.ObjectsWith($"{PodFacts.AgentLabel}={agentId}");
        foreach (var kind in new[] { "StatefulSet", "Secret", "Pod", "PersistentVolumeClaim" })
            Assert.True(left.Count(item => item.StartsWith(kind + ' ', StringComparison.Ordinal)) == 1, $"{kind}: {string.Join(", ", left)}");
        Assert.Equal(rows, fixture.Portainer.Stacks.Count(row => IsOf(row.Name, agentId)));
    }

    private static bool IsOf(string name, Guid agentId) => name.Contains($"{agentId:N}", StringComparison.Ordinal);

    private async Task AssertDeletedAsync(HttpClient client, Guid agentId, int livePods = 1)
    {
        var deletion = await ClusterFixture.DeleteAsync(client, agentId);
        var operation = await fixture.EndAsync(client, deletion.OperationId);
        Assert.Empty(fixture.Portainer.PendingFaults);

        Assert.True((string)operation["status"]! == "Succeeded", operation.ToJsonString());
        Assert.Empty(fixture.Cluster.ObjectsWith($"{PodFacts.AgentLabel}={agentId}"));
        Assert.DoesNotContain(fixture.Portainer.Stacks, row => IsOf(row.Name, agentId));
        Assert.Equal(livePods, fixture.Portainer.EventLog.MostLivePods($"{agentId}"));
        Assert.Empty(fixture.Portainer.UnknownRoutes);
    }
}
