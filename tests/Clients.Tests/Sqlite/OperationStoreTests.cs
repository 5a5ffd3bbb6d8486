using MultiAgentInfra.Core.Agents;
using MultiAgentInfra.Core.Deployments;
using MultiAgentInfra.Core.Images;
using MultiAgentInfra.Core.Operations;
using static MultiAgentInfra.Clients.Tests.Sqlite.TestStore;

namespace MultiAgentInfra.Clients.Tests.Sqlite;

public sealed class OperationStoreTests : IDisposable
{
    private readonly TestStore _store = new();

    public void Dispose() => _store.Dispose();

    [Fact]
    public async Task Starting_a_deployment_twice_is_starting_it_once()
    {
        var created = await _store.CreateAsync();

        Assert.True(await _store.Operations.StartAsync(created.Operation.Id, Token));
        var first = await FindAsync(created.Operation.Id);
        _store.Clock.Now += TimeSpan.FromMinutes(1);
        Assert.True(await _store.Operations.StartAsync(created.Operation.Id, Token));

        Assert.Equal(OperationStatus.Running, first.Status);
        Assert.Equivalent(first, await FindAsync(created.Operation.Id), strict: true);
        Assert.Equal(AgentStatus.Deploying, (await _store.Agents.FindAsync(created.Agent.Id, Token))!.Status);
    }

    [Fact]
    public async Task An_ended_or_unknown_operation_does_not_start()
    {
        var created = await _store.CreateAsync();
        await _store.Agents.FailDeploymentAsync(new(created.Operation.Id, created.Agent.Id, OperationStatus.Canceled, Error), Token);

        Assert.False(await _store.Operations.StartAsync(created.Operation.Id, Token));
        Assert.False(await _store.Operations.StartAsync(Guid.NewGuid(), Token));
        Assert.Equal(AgentStatus.Failed, (await _store.Agents.FindAsync(created.Agent.Id, Token))!.Status);
    }

    [Fact]
    public async Task A_deployment_whose_agent_is_being_deleted_ends_before_it_starts()
    {
        var created = await _store.CreateAsync();
        await _store.RequestDeletionAsync(created.Agent);

        Assert.False(await _store.Operations.StartAsync(created.Operation.Id, Token));

        Assert.Equal(OperationStatus.Canceled, (await FindAsync(created.Operation.Id)).Status);
        Assert.Equal(AgentStatus.Deleting, (await _store.Agents.FindAsync(created.Agent.Id, Token))!.Status);
    }

    [Fact]
    public async Task A_step_counts_its_attempts_and_keeps_its_first_start()
    {
        var id = (await _store.CreateAsync()).Operation.Id;
        var start = _store.Clock.Now;
        await _store.Operations.BeginStepAsync(id, "install", start.AddMinutes(1), Token);
        await _store.Operations.FailStepAsync(id, "install", "No network.", Token);
        _store.Clock.Now += TimeSpan.FromSeconds(30);
        await _store.Operations.BeginStepAsync(id, "install", start.AddMinutes(2), Token);
        await _store.Operations.UpdateStepAsync(id, "install", "200 of 400 packages", Token);

        var running = Assert.Single((await FindAsync(id)).Steps);
        Assert.Equal(new("install", StepStatus.Running, 2, start, null, start.AddMinutes(2), "200 of 400 packages", null), running);

        await _store.Operations.SucceedStepAsync(id, "install", "400 packages", Token);
        await _store.Operations.FailStepAsync(id, "install", "A late loser.", Token);
        var ended = Assert.Single((await FindAsync(id)).Steps);
        Assert.Equal(running with { Status = StepStatus.Succeeded, EndedAt = _store.Clock.Now, Detail = "400 packages" }, ended);
    }

    [Fact]
    public async Task Steps_are_listed_in_the_order_of_their_first_start()
    {
        var id = (await _store.CreateAsync()).Operation.Id;
        foreach (var step in (string[])["validate", "sbom", "assemble", "validate"])
            await _store.Operations.BeginStepAsync(id, step, _store.Clock.Now, Token);

        Assert.Equal(["validate", "sbom", "assemble"], (await FindAsync(id)).Steps.Select(step => step.Name));
    }

    [Fact]
    public async Task The_first_end_of_an_operation_counts()
    {
        var created = await _store.CreateAsync();
        var id = created.Operation.Id;
        await _store.Operations.StartAsync(id, Token);
        await _store.Operations.BeginStepAsync(id, "healthy", _store.Clock.Now, Token);
        Assert.False(await _store.Operations.HasEndedAsync(id, Token));
        await _store.Agents.FailDeploymentAsync(new(id, created.Agent.Id, OperationStatus.Failed, Error), Token);
        var failed = await FindAsync(id);
        var agent = await _store.Agents.FindAsync(created.Agent.Id, Token);

        await _store.Agents.CompleteDeploymentAsync(id, created.Agent.Id, Digest.Of("image"u8), null, Token);
        await _store.Agents.FailDeploymentAsync(new(id, created.Agent.Id, OperationStatus.Canceled, Error), Token);

        Assert.Equal(OperationStatus.Failed, failed.Status);
        Assert.Equivalent(Error, failed.Error, strict: true);
        Assert.Equal(StepStatus.Failed, Assert.Single(failed.Steps).Status);
        Assert.Equivalent(failed, await FindAsync(id), strict: true);
        Assert.Equivalent(agent, await _store.Agents.FindAsync(created.Agent.Id, Token), strict: true);
        Assert.True(await _store.Operations.HasEndedAsync(id, Token));
        Assert.True(await _store.Operations.HasEndedAsync(Guid.NewGuid(), Token));
    }

    [Theory]
    [InlineData(OperationStatus.Succeeded)]
    [InlineData(OperationStatus.Running)]
    public async Task A_deployment_cannot_fail_with_another_status(OperationStatus status) =>
        await Assert.ThrowsAsync<ArgumentException>(() => _store.Agents.FailDeploymentAsync(new(Guid.NewGuid(), Guid.NewGuid(), status, Error), Token));

    [Fact]
    public async Task Cancelling_reaches_every_other_active_operation_of_the_agent_only()
    {
        var created = await _store.CreateAsync();
        var other = await _store.CreateAsync();
        var deletion = await _store.RequestDeletionAsync(created.Agent);

        Assert.Equal(1, await _store.Operations.RequestCancelAsync(created.Agent.Id, deletion.Operation.Id, Token));

        Assert.True(await _store.Operations.IsToStopAsync(created.Operation.Id, Token));
        Assert.False(await _store.Operations.IsToStopAsync(deletion.Operation.Id, Token));
        Assert.False(await _store.Operations.IsToStopAsync(other.Operation.Id, Token));
        await _store.Agents.FailDeploymentAsync(new(created.Operation.Id, created.Agent.Id, OperationStatus.Canceled, Error), Token);
        Assert.Equal(0, await _store.Operations.RequestCancelAsync(created.Agent.Id, deletion.Operation.Id, Token));
    }

    [Fact]
    public async Task Active_is_what_has_not_ended()
    {
        var ended = await _store.CreateAsync();
        await _store.Agents.FailDeploymentAsync(new(ended.Operation.Id, ended.Agent.Id, OperationStatus.Failed, Error), Token);
        var active = await _store.CreateAsync();

        var operation = Assert.Single(await _store.Operations.ListActiveAsync(Token));

        Assert.Equal(active.Operation.Id, operation.Id);
        Assert.Equal(_store.Clock.Now + StepBudgets.Deployment, operation.Deadline);
    }

    [Fact]
    public async Task A_completed_deployment_runs_with_its_image_endpoint_and_verdict()
    {
        var created = await _store.CreateAsync();
        var image = Digest.Of("image"u8);
        var verdict = ScanVerdict.NotScanned("Trivy is not installed.");
        await _store.Operations.StartAsync(created.Operation.Id, Token);
        await _store.Agents.SetEndpointAsync(created.Agent.Id, new("http://127.0.0.1:20000"), image, verdict, Token);

        await _store.Agents.CompleteDeploymentAsync(created.Operation.Id, created.Agent.Id, image, null, Token);

        var agent = (await _store.Agents.FindAsync(created.Agent.Id, Token))!;
        Assert.Equal((AgentStatus.Running, image, verdict), (agent.Status, agent.Image, agent.Scan));
        Assert.Equal("http://127.0.0.1:20000/", agent.Url!.AbsoluteUri);
        Assert.Equal(4, agent.Version);
        Assert.Equal(OperationStatus.Succeeded, (await FindAsync(created.Operation.Id)).Status);
    }

    private async Task<Operation> FindAsync(Guid id) => (await _store.Operations.FindAsync(id, Token))!;
}
