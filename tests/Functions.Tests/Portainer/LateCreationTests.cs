using MultiAgentInfra.Core.Deployments;
using MultiAgentInfra.TestSupport.Portainer;

namespace MultiAgentInfra.Functions.Tests.Portainer;

/// <summary>An operation whose stack is made when nobody waits for it any more, and one whose control plane has lost its files: nothing is left that nobody wants.</summary>
[Trait("Category", "Long")]
public sealed class LateCreationTests(ClusterFixture fixture) : IClassFixture<ClusterFixture>, IAsyncLifetime
{
    public static TheoryData<bool> Ways => new(true, false);

    public ValueTask InitializeAsync()
    {
        fixture.Calm();
        return ValueTask.CompletedTask;
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task An_agent_that_is_deleted_while_its_stack_is_being_made_leaves_nothing(bool dropped)
    {
        using var client = fixture.Client(Guid.NewGuid());
        fixture.Portainer.Fail(CreateLate(dropped));
        var accepted = await ClusterFixture.PostAsync(client);
        await fixture.UntilAsync("the create", () => Task.FromResult(fixture.Portainer.PendingFaults.Count == 0));

        var deletion = await fixture.EndAsync(client, (await ClusterFixture.DeleteAsync(client, accepted.AgentId)).OperationId);

        Assert.True((string)deletion["status"]! == "Succeeded", deletion.ToJsonString());
        await AssertNothingAsync(accepted.AgentId);
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task What_comes_late_and_does_not_run_is_undone(bool dropped)
    {
        using var client = fixture.Client(Guid.NewGuid());
        fixture.Cluster.When(_ => true, Behaviour.Crash(3, "no database here"));
        fixture.Portainer.Fail(CreateLate(dropped));

        var accepted = await ClusterFixture.PostAsync(client);
        var operation = await fixture.EndAsync(client, accepted.OperationId);

        Assert.True(("Failed", DiagnosisCause.CrashLoop) == ((string)operation["status"]!, (string?)operation["error"]!["cause"]), operation.ToJsonString());
        Assert.DoesNotContain(fixture.Portainer.Stacks, row => IsOf(row.Name, accepted.AgentId));
        await DeleteAsync(client, accepted.AgentId);
        await AssertNothingAsync(accepted.AgentId);
    }

    [Fact]
    public async Task Where_the_files_of_agents_are_lost_they_are_updated_and_removed_all_the_same()
    {
        using var client = fixture.Client(Guid.NewGuid());
        var accepted = await ClusterFixture.PostAsync(client);
        await fixture.EndAsync(client, accepted.OperationId);
        Directory.Delete(Path.Combine(fixture.Data, "agents"), recursive: true);

        var agent = ClusterFixture.NewAgent();
        agent["character"]!["bio"] = "Closes the visitor book.";
        var update = await fixture.EndAsync(client, (await ClusterFixture.PutAsync(client, accepted.AgentId, agent)).OperationId);

        Assert.True((string)update["status"]! == "Succeeded", update.ToJsonString());
        Assert.Single(fixture.Portainer.Stacks, row => IsOf(row.Name, accepted.AgentId));
        await DeleteAsync(client, accepted.AgentId);
        await AssertNothingAsync(accepted.AgentId);
    }

    private static PortainerFault CreateLate(bool dropped) => new("POST", "/api/stacks/create/*") { Delay = TimeSpan.FromMinutes(6), Drops = dropped };

    private static bool IsOf(string name, Guid agentId) => name.Contains($"{agentId:N}", StringComparison.Ordinal);

    private async Task DeleteAsync(HttpClient client, Guid agentId)
    {
        var deletion = await fixture.EndAsync(client, (await ClusterFixture.DeleteAsync(client, agentId)).OperationId);
        Assert.True((string)deletion["status"]! == "Succeeded", deletion.ToJsonString());
    }

    /// <summary>Neither now nor when everything that was under way has come.</summary>
    private async Task AssertNothingAsync(Guid agentId)
    {
        fixture.Clock.Advance(StepBudgets.Unanswered);
        await fixture.UntilAsync("all to have come", () => Task.FromResult(fixture.Portainer.CallsWaiting == 0));
        Assert.Empty(fixture.Cluster.ObjectsWith($"{PodFacts.AgentLabel}={agentId}"));
        Assert.DoesNotContain(fixture.Portainer.Stacks, row => IsOf(row.Name, agentId));
        Assert.InRange(fixture.Portainer.EventLog.MostLivePods($"{agentId}"), 0, 1);
        Assert.Empty(fixture.Portainer.UnknownRoutes);
    }
}
