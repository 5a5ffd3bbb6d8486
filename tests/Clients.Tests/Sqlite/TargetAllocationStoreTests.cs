using MultiAgentInfra.Clients.Sqlite;
using static MultiAgentInfra.Clients.Tests.Sqlite.TestStore;

namespace MultiAgentInfra.Clients.Tests.Sqlite;

public sealed class TargetAllocationStoreTests : IDisposable
{
    private readonly TestStore _store = new();
    private readonly TargetAllocationStore _allocations;

    public TargetAllocationStoreTests() => _allocations = new(_store.Database);

    public void Dispose() => _store.Dispose();

    [Fact]
    public async Task Allocations_made_at_once_are_unique_and_repeated_ones_the_same()
    {
        var agents = await AgentsAsync(24);

        var twice = await Task.WhenAll(agents.Concat(agents).Select(id => Task.Run(() => _allocations.GetOrAllocateAsync(id, _ => true, Token))));

        Assert.Equal(twice[..24], twice[24..]);
        Assert.Equal(24, twice.Select(allocation => allocation.Port).Distinct().Count());
        Assert.Equal(24, twice.Select(allocation => allocation.Uid).Distinct().Count());
        Assert.All(twice, allocation => Assert.InRange(allocation.Port, 20_000, 29_999));
        Assert.All(twice, allocation => Assert.InRange(allocation.Uid, 210_000, 1_209_999));
    }

    [Fact]
    public async Task A_port_that_somebody_else_uses_is_exchanged_and_the_user_id_stays()
    {
        var agents = await AgentsAsync(1);
        var first = await _allocations.GetOrAllocateAsync(agents[0], _ => true, Token);

        var second = await _allocations.GetOrAllocateAsync(agents[0], port => port != first.Port, Token);

        Assert.NotEqual(first.Port, second.Port);
        Assert.Equal(first.Uid, second.Uid);
        Assert.Equal(second, await _allocations.GetOrAllocateAsync(agents[0], _ => true, Token));
    }

    [Fact]
    public async Task The_last_free_port_is_found()
    {
        var agents = await AgentsAsync(1);

        Assert.Equal(20_000, (await _allocations.GetOrAllocateAsync(agents[0], port => port == 20_000, Token)).Port);
    }

    [Fact]
    public async Task What_is_released_can_be_given_to_another()
    {
        var agents = await AgentsAsync(2);
        var first = await _allocations.GetOrAllocateAsync(agents[0], _ => true, Token);

        await _allocations.ReleaseAsync(agents[0], Token);
        await _allocations.ReleaseAsync(agents[0], Token);

        Assert.Equal(first.Port, (await _allocations.GetOrAllocateAsync(agents[1], port => port == first.Port, Token)).Port);
    }

    [Fact]
    public async Task Without_a_free_port_there_is_an_error_that_says_so()
    {
        var agents = await AgentsAsync(1);

        var error = await Assert.ThrowsAsync<InvalidOperationException>(() => _allocations.GetOrAllocateAsync(agents[0], _ => false, Token));

        Assert.Equal("No port from 20000 to 29999 is free.", error.Message);
    }

    private async Task<List<Guid>> AgentsAsync(int count)
    {
        var agents = new List<Guid>();
        for (var i = 0; i < count; i++)
            agents.Add((await _store.CreateAsync()).Agent.Id);
        return agents;
    }
}
