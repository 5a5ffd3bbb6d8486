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
        Assert.All(twice, allocation => Assert.InRange(allocation.Uid, 210_000, 210_023));
    }

    [Fact]
    public async Task A_port_that_somebody_else_uses_is_passed_over()
    {
        var agents = await AgentsAsync(1);

        var first = await _allocations.GetOrAllocateAsync(agents[0], port => port != 20_000, Token);
        var second = await _allocations.ReallocatePortAsync(agents[0], port => port > 20_010, Token);

        Assert.Equal(new LocalAllocation(20_001, 210_000), first);
        Assert.Equal(new LocalAllocation(20_011, 210_000), second);
        Assert.Equal(second, await _allocations.GetOrAllocateAsync(agents[0], _ => true, Token));
    }

    [Fact]
    public async Task Another_port_is_never_the_one_it_had()
    {
        var agents = await AgentsAsync(1);
        var first = await _allocations.GetOrAllocateAsync(agents[0], _ => true, Token);

        Assert.NotEqual(first.Port, (await _allocations.ReallocatePortAsync(agents[0], _ => true, Token)).Port);
    }

    [Fact]
    public async Task What_is_released_can_be_given_to_another()
    {
        var agents = await AgentsAsync(2);
        var first = await _allocations.GetOrAllocateAsync(agents[0], _ => true, Token);

        await _allocations.ReleaseAsync(agents[0], Token);
        await _allocations.ReleaseAsync(agents[0], Token);

        Assert.Equal(first, await _allocations.GetOrAllocateAsync(agents[1], _ => true, Token));
        await Assert.ThrowsAsync<InvalidOperationException>(() => _allocations.ReallocatePortAsync(agents[0], _ => true, Token));
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
