using System.Text;
using MultiAgentInfra.Clients.Sqlite;
using MultiAgentInfra.Core.Agents;
using MultiAgentInfra.Core.Images;
using MultiAgentInfra.Core.Operations;
using static MultiAgentInfra.Clients.Tests.Sqlite.TestStore;

namespace MultiAgentInfra.Clients.Tests.Sqlite;

public sealed class AgentDeletionTests : IDisposable
{
    private readonly TestStore _store = new();

    public void Dispose() => _store.Dispose();

    [Fact]
    public async Task A_stale_version_is_refused_and_the_present_one_accepted()
    {
        var agent = await _store.CreateRunningAsync();

        var stale = await _store.Agents.RequestDeletionAsync(agent.OrganizationId, agent.Id, agent.Version - 1, Token);
        Assert.Equal(new DeletionResult.VersionMismatch(agent.Version), stale);
        Assert.Equal(AgentStatus.Running, (await _store.Agents.FindAsync(agent.Id, Token))!.Status);

        var accepted = await _store.Agents.RequestDeletionAsync(agent.OrganizationId, agent.Id, agent.Version, Token);
        Assert.Equal(AgentStatus.Deleting, Assert.IsType<DeletionResult.Accepted>(accepted).Agent.Status);
    }

    [Fact]
    public async Task A_deletion_asked_for_twice_is_one_operation()
    {
        var agent = await _store.CreateRunningAsync();

        var first = await _store.RequestDeletionAsync(agent);
        var second = await _store.Agents.RequestDeletionAsync(agent.OrganizationId, agent.Id, agent.Version, Token);

        Assert.Equal($"delete-{agent.Id}-1", first.Operation.InstanceId);
        Assert.Equal(first.Operation.Id, first.Agent.OperationId);
        Assert.Equal(first.Operation.Id, Assert.IsType<DeletionResult.Accepted>(second).Operation.Id);
        Assert.Single(await new OutboxStore(_store.Database).ListAsync(10, Token), entry => entry.Orchestrator == OutboxEntry.DeleteOrchestrator);
    }

    [Fact]
    public async Task A_failed_deletion_can_be_tried_again()
    {
        var agent = await _store.CreateRunningAsync();
        var first = await _store.RequestDeletionAsync(agent);

        await _store.Agents.FailDeletionAsync(first.Operation.Id, agent.Id, Error, Token);

        Assert.Equal(AgentStatus.Failed, (await _store.Agents.FindAsync(agent.Id, Token))!.Status);
        var second = await _store.RequestDeletionAsync(agent);
        Assert.Equal($"delete-{agent.Id}-2", second.Operation.InstanceId);
    }

    [Fact]
    public async Task A_deleted_agent_is_hidden_and_its_tombstone_empty()
    {
        var agent = await _store.CreateRunningAsync();
        await new MonitorStore(_store.Database).RegisterAsync(agent.Id, new("http://127.0.0.1:20000/"), Token);
        var deletion = await _store.RequestDeletionAsync(agent);
        Assert.True(await _store.Operations.StartAsync(deletion.Operation.Id, Token));

        await _store.Agents.CompleteDeletionAsync(deletion.Operation.Id, agent.Id, Token);
        await _store.Agents.CompleteDeletionAsync(deletion.Operation.Id, agent.Id, Token);

        Assert.Null(await _store.Agents.GetAsync(agent.OrganizationId, agent.Id, Token));
        Assert.Null(await _store.Agents.GetRevisionAsync(agent.Id, 1, Token));
        Assert.Empty(await _store.Secrets.GetAllAsync(agent.Id, Token));
        Assert.Empty(await new MonitorStore(_store.Database).ListAsync(Token));
        var tombstone = (await _store.Agents.FindAsync(agent.Id, Token))!;
        Assert.Equal((AgentStatus.Deleted, ""), (tombstone.Status, tombstone.Name));
        Assert.Empty(tombstone.Warnings);
        Assert.Null(tombstone.Image);
        var operation = await _store.Operations.GetAsync(agent.OrganizationId, deletion.Operation.Id, Token);
        Assert.Equal(OperationStatus.Succeeded, operation!.Status);
        Assert.IsType<DeletionResult.NotFound>(await _store.Agents.RequestDeletionAsync(agent.OrganizationId, agent.Id, null, Token));
    }

    [Fact]
    public async Task A_repeated_creation_after_the_deletion_makes_no_second_agent()
    {
        var organization = await _store.OrganizationAsync();
        var created = Assert.IsType<CreateResult.Created>(await _store.Agents.CreateAsync(Draft(organization), Request("key"), Token));
        var deletion = await _store.RequestDeletionAsync(created.Agent);
        await _store.Agents.CompleteDeletionAsync(deletion.Operation.Id, created.Agent.Id, Token);

        var replay = Assert.IsType<CreateResult.Replayed>(await _store.Agents.CreateAsync(Draft(organization), Request("key"), Token));

        Assert.Equal(202, replay.Response.Status);
        Assert.Contains(created.Operation.Id.ToString(), replay.Response.Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nothing_of_the_content_stays_in_the_bytes_of_the_files()
    {
        var organization = await _store.OrganizationAsync();
        // From a part of a page to many overflow pages, so that pages are shared, split and merged again.
        var agents = new List<Agent>();
        for (var i = 0; i < 24; i++)
        {
            var draft = Draft(organization, "canary-name") with { Knowledge = [new("a.md", new string('k', i * i * 40) + "canary-deep")] };
            var request = new IdempotentRequest($"key {i}", [1], (_, _) => new(202, new Dictionary<string, string>(), """{"warnings":["canary-answer"]}"""));
            agents.Add(Assert.IsType<CreateResult.Created>(await _store.Agents.CreateAsync(draft, request, Token)).Agent);
        }
        foreach (var agent in agents)
            await _store.Agents.FailDeploymentAsync(new(agent.OperationId, agent.Id, OperationStatus.Failed, new("deploy", "Ended.", ["canary-log"])), Token);
        Assert.Contains("canary-", _store.RawBytes(), StringComparison.Ordinal);

        foreach (var agent in agents.Where((_, i) => i % 3 == 0).Concat(agents.Where((_, i) => i % 3 != 0)))
        {
            var deletion = await _store.RequestDeletionAsync(agent);
            await _store.Agents.CompleteDeletionAsync(deletion.Operation.Id, agent.Id, Token);
        }

        Assert.DoesNotContain("canary-", _store.RawBytes(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Secrets_are_never_in_clear_in_the_bytes_of_the_files()
    {
        const string Secret = "canary-secret-value";
        var created = await _store.CreateAsync();
        await _store.Secrets.AddMissingAsync(created.Agent.Id, new Dictionary<string, string> { ["OWN"] = Secret }, Token);

        var bytes = _store.RawBytes();

        Assert.Contains("OPENAI_API_KEY", bytes, StringComparison.Ordinal);
        Assert.DoesNotContain(Secret, bytes, StringComparison.Ordinal);
        Assert.DoesNotContain(Convert.ToBase64String(Encoding.UTF8.GetBytes(Secret)), bytes, StringComparison.Ordinal);
        Assert.DoesNotContain(Convert.ToHexString(Encoding.UTF8.GetBytes(Secret)), bytes, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task A_deployment_that_ends_during_the_deletion_does_not_revive_the_agent()
    {
        var created = await _store.CreateAsync();
        Assert.True(await _store.Operations.StartAsync(created.Operation.Id, Token));
        await _store.RequestDeletionAsync(created.Agent);

        await _store.Agents.CompleteDeploymentAsync(created.Operation.Id, created.Agent.Id, Digest.Of("image"u8), null, Token);

        var agent = (await _store.Agents.FindAsync(created.Agent.Id, Token))!;
        Assert.Equal(AgentStatus.Deleting, agent.Status);
        Assert.Null(agent.Image);
        Assert.Equal(OperationStatus.Succeeded, (await _store.Operations.FindAsync(created.Operation.Id, Token))!.Status);
    }
}
