using System.Text.Json;
using MultiAgentInfra.Clients.Sqlite;
using MultiAgentInfra.Core.Agents;
using MultiAgentInfra.Core.Deployments;
using MultiAgentInfra.Core.Operations;
using static MultiAgentInfra.Clients.Tests.Sqlite.TestStore;

namespace MultiAgentInfra.Clients.Tests.Sqlite;

public sealed class AgentCreationTests : IDisposable
{
    private readonly TestStore _store = new();

    public void Dispose() => _store.Dispose();

    [Fact]
    public async Task A_new_agent_is_read_back_as_it_was_answered()
    {
        var organization = await _store.OrganizationAsync();
        var draft = Draft(organization);

        var created = Assert.IsType<CreateResult.Created>(await _store.Agents.CreateAsync(draft, null, Token));

        Assert.Null(created.Response);
        Assert.Equal(AgentStatus.Queued, created.Agent.Status);
        Assert.Equivalent(created.Agent, await _store.Agents.GetAsync(organization, draft.Id, Token), strict: true);
        Assert.Equivalent(created.Operation, await _store.Operations.GetAsync(organization, created.Operation.Id, Token), strict: true);
        var revision = await _store.Agents.GetRevisionAsync(draft.Id, 1, Token);
        Assert.Equivalent(
            new AgentRevision(draft.Id, 1, draft.CharacterJson, draft.Plugins, draft.Knowledge, draft.Environment, draft.Resources),
            revision,
            strict: true);
        Assert.Equal(draft.Plugins, revision!.Plugins);
        Assert.Equal(draft.Secrets, await _store.Secrets.GetAllAsync(draft.Id, Token));
    }

    [Fact]
    public async Task Its_deployment_is_ordered_in_the_same_breath()
    {
        var created = await _store.CreateAsync();

        var outbox = new OutboxStore(_store.Database);
        var entry = Assert.Single(await outbox.ListAsync(10, Token));
        Assert.Equal(OutboxEntry.DeployOrchestrator, entry.Orchestrator);
        Assert.Equal($"deploy-{created.Agent.Id}-1-1", entry.InstanceId);
        Assert.Equal(new DeployAgent(created.Agent.Id, created.Operation.Id, 1, 1), JsonSerializer.Deserialize<DeployAgent>(entry.InputJson));
        Assert.Equal(_store.Clock.Now + StepBudgets.Deployment, created.Operation.Deadline);
        await outbox.DeleteAsync(entry.InstanceId, Token);
        Assert.Empty(await outbox.ListAsync(10, Token));
    }

    [Fact]
    public async Task A_repeated_request_gets_the_first_answer()
    {
        var organization = await _store.OrganizationAsync();
        var first = Assert.IsType<CreateResult.Created>(await _store.Agents.CreateAsync(Draft(organization), Request("key"), Token));

        var second = await _store.Agents.CreateAsync(Draft(organization), Request("key"), Token);

        Assert.Equivalent(new CreateResult.Replayed(first.Response!), second, strict: true);
        Assert.Single((await _store.Agents.ListAsync(organization, null, 10, Token))!.Agents);
    }

    [Fact]
    public async Task Another_body_under_the_same_key_is_a_conflict()
    {
        var organization = await _store.OrganizationAsync();
        await _store.Agents.CreateAsync(Draft(organization), Request("key", 1), Token);

        Assert.IsType<CreateResult.Conflict>(await _store.Agents.CreateAsync(Draft(organization), Request("key", 2), Token));
    }

    [Fact]
    public async Task Keys_of_two_organizations_are_apart()
    {
        await _store.Agents.CreateAsync(Draft(await _store.OrganizationAsync()), Request("key", 1), Token);

        var other = await _store.Agents.CreateAsync(Draft(await _store.OrganizationAsync("bob")), Request("key", 2), Token);

        Assert.IsType<CreateResult.Created>(other);
    }

    [Fact]
    public async Task Fifty_requests_at_once_under_one_key_make_one_agent()
    {
        var organization = await _store.OrganizationAsync();

        var results = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ =>
            Task.Run(() => _store.Agents.CreateAsync(Draft(organization), Request("key"), Token))));

        var created = Assert.Single(results.OfType<CreateResult.Created>());
        Assert.All(results.OfType<CreateResult.Replayed>(), replay => Assert.Equal(created.Response!.Body, replay.Response.Body));
        Assert.Equal(49, results.OfType<CreateResult.Replayed>().Count());
        Assert.Single((await _store.Agents.ListAsync(organization, null, 100, Token))!.Agents);
    }

    [Fact]
    public async Task An_answer_is_forgotten_after_a_day()
    {
        var organization = await _store.OrganizationAsync();
        await _store.Agents.CreateAsync(Draft(organization), Request("key"), Token);

        _store.Clock.Now += TimeSpan.FromHours(24);
        Assert.Equal(0, await _store.Agents.PurgeAsync(Token));
        Assert.IsType<CreateResult.Replayed>(await _store.Agents.CreateAsync(Draft(organization), Request("key"), Token));
        _store.Clock.Now += TimeSpan.FromMilliseconds(1);
        Assert.IsType<CreateResult.Created>(await _store.Agents.CreateAsync(Draft(organization), Request("key"), Token));
        _store.Clock.Now += TimeSpan.FromHours(25);
        Assert.Equal(1, await _store.Agents.PurgeAsync(Token));
    }

    [Fact]
    public async Task A_failure_before_the_end_leaves_nothing_behind()
    {
        var organization = await _store.OrganizationAsync();
        var draft = Draft(organization);
        var request = new IdempotentRequest("key", [1], (_, _) => throw new InvalidOperationException("No answer."));

        await Assert.ThrowsAsync<InvalidOperationException>(() => _store.Agents.CreateAsync(draft, request, Token));

        Assert.Null(await _store.Agents.FindAsync(draft.Id, Token));
        Assert.Null(await _store.Agents.GetRevisionAsync(draft.Id, 1, Token));
        Assert.Empty(await new OutboxStore(_store.Database).ListAsync(10, Token));
        Assert.IsType<CreateResult.Created>(await _store.Agents.CreateAsync(draft, Request("key"), Token));
    }

    [Fact]
    public async Task A_stranger_finds_nothing()
    {
        var created = await _store.CreateAsync();
        var stranger = await _store.OrganizationAsync("mallory");

        Assert.Null(await _store.Agents.GetAsync(stranger, created.Agent.Id, Token));
        Assert.Null(await _store.Operations.GetAsync(stranger, created.Operation.Id, Token));
        Assert.IsType<DeletionResult.NotFound>(await _store.Agents.RequestDeletionAsync(stranger, created.Agent.Id, null, Token));
        Assert.Empty((await _store.Agents.ListAsync(stranger, null, 10, Token))!.Agents);
    }

    [Fact]
    public async Task A_subject_has_one_organization_however_often_and_at_once_it_asks()
    {
        var ids = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => Task.Run(() => _store.OrganizationAsync("carol"))));

        Assert.Single(ids.Distinct());
        Assert.NotEqual(ids[0], await _store.OrganizationAsync("dave"));
    }

    [Fact]
    public void A_new_agent_does_not_print_its_secrets() =>
        Assert.DoesNotContain("canary", Draft(Guid.Empty).ToString(), StringComparison.Ordinal);

    [Fact]
    public async Task A_redeployment_is_another_attempt_of_the_same_revision()
    {
        var agent = await _store.CreateRunningAsync();

        var operation = await _store.Agents.RequestRedeploymentAsync(agent.Id, Token);

        var queued = (await _store.Agents.FindAsync(agent.Id, Token))!;
        Assert.Equal($"deploy-{agent.Id}-1-2", operation!.InstanceId);
        Assert.Equal((AgentStatus.Queued, 2, operation.Id), (queued.Status, queued.Attempt, queued.OperationId));
        Assert.True(queued.Version > agent.Version);
        Assert.Equal(2, (await new OutboxStore(_store.Database).ListAsync(10, Token)).Count);
        Assert.Equal(OperationStatus.NotStarted, operation.Status);
        Assert.Null(await _store.Agents.RequestRedeploymentAsync(agent.Id, Token));
        Assert.Null(await _store.Agents.RequestRedeploymentAsync(Guid.NewGuid(), Token));
    }
}
