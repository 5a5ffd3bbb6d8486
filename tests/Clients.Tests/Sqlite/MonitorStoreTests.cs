using MultiAgentInfra.Clients.Sqlite;
using MultiAgentInfra.Core.Agents;
using static MultiAgentInfra.Clients.Tests.Sqlite.TestStore;

namespace MultiAgentInfra.Clients.Tests.Sqlite;

public sealed class MonitorStoreTests : IDisposable
{
    private static readonly Uri Url = new("http://127.0.0.1:20000/");

    private readonly TestStore _store = new();
    private readonly MonitorStore _monitors;

    public MonitorStoreTests() => _monitors = new(_store.Database);

    public void Dispose() => _store.Dispose();

    [Fact]
    public async Task What_the_poller_saw_is_the_agents_health_and_no_new_version_of_it()
    {
        var agent = await _store.CreateRunningAsync();
        Assert.Null(agent.Health);
        await _monitors.RegisterAsync(agent.Id, Url, Token);
        Assert.Equal(new AgentMonitor(agent.Id, Url, null), Assert.Single(await _monitors.ListAsync(Token)));

        var health = new AgentHealth(false, _store.Clock.Now, 3, "No answer within 5 s.");
        await _monitors.RecordAsync(agent.Id, health, Token);

        var watched = (await _store.Agents.FindAsync(agent.Id, Token))!;
        Assert.Equal(health, watched.Health);
        Assert.Equal(agent.Version, watched.Version);
        Assert.Equal(health, Assert.Single(await _monitors.ListAsync(Token)).Health);
    }

    [Fact]
    public async Task Registering_again_forgets_the_health_only_at_a_new_address()
    {
        var agent = await _store.CreateRunningAsync();
        var health = new AgentHealth(true, _store.Clock.Now, 0, null);
        await _monitors.RegisterAsync(agent.Id, Url, Token);
        await _monitors.RecordAsync(agent.Id, health, Token);

        await _monitors.RegisterAsync(agent.Id, Url, Token);
        Assert.Equal(health, Assert.Single(await _monitors.ListAsync(Token)).Health);

        await _monitors.RegisterAsync(agent.Id, new("http://127.0.0.1:20001/"), Token);
        Assert.Null(Assert.Single(await _monitors.ListAsync(Token)).Health);
    }

    [Fact]
    public async Task An_agent_whose_redeployment_failed_is_watched_at_no_address_and_has_none()
    {
        var agent = await _store.CreateRunningAsync();
        await _store.Agents.SetEndpointAsync(agent.Id, Url, Core.Images.Digest.Of("image"u8), null, Token);
        await _monitors.RegisterAsync(agent.Id, Url, Token);
        var operation = (await _store.Agents.RequestRedeploymentAsync(agent.Id, Token))!;

        await _store.Agents.FailDeploymentAsync(new(operation.Id, agent.Id, Core.Operations.OperationStatus.Failed, Error), Token);

        Assert.Empty(await _monitors.ListAsync(Token));
        var failed = (await _store.Agents.FindAsync(agent.Id, Token))!;
        Assert.Equal((AgentStatus.Failed, null, null, null), (failed.Status, failed.Url, failed.Image, failed.Health));
    }

    [Fact]
    public async Task An_agent_that_is_not_watched_any_more_stays_so()
    {
        var agent = await _store.CreateRunningAsync();
        await _monitors.RegisterAsync(agent.Id, Url, Token);

        await _monitors.RemoveAsync(agent.Id, Token);
        await _monitors.RecordAsync(agent.Id, new(true, _store.Clock.Now, 0, null), Token);

        Assert.Empty(await _monitors.ListAsync(Token));
    }
}
