using MultiAgentInfra.Core.Agents;
using static MultiAgentInfra.Clients.Tests.Sqlite.TestStore;

namespace MultiAgentInfra.Clients.Tests.Sqlite;

public sealed class AgentListTests : IDisposable
{
    private readonly TestStore _store = new();

    public void Dispose() => _store.Dispose();

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(7)]
    [InlineData(100)]
    public async Task Pages_are_complete_and_stable_while_agents_are_added(int limit)
    {
        var expected = new List<Guid>();
        for (var i = 0; i < 7; i++)
            expected.Insert(0, (await _store.CreateAsync(name: $"agent {i}")).Agent.Id);
        await _store.CreateAsync("bob");

        var seen = new List<Agent>();
        var cursor = (string?)null;
        do
        {
            var page = (await _store.Agents.ListAsync(await _store.OrganizationAsync(), cursor, limit, Token))!;
            Assert.InRange(page.Agents.Count, 1, limit);
            seen.AddRange(page.Agents);
            cursor = page.NextCursor;
            // All agents of this test were made at one moment of the clock, and now time even goes back.
            _store.Clock.Now -= TimeSpan.FromSeconds(1);
            await _store.CreateAsync(name: "late");
        }
        while (cursor is not null);

        Assert.Equal(expected, seen.Select(agent => agent.Id));
    }

    [Fact]
    public async Task A_page_starts_after_an_agent_that_was_deleted_meanwhile()
    {
        var oldest = (await _store.CreateAsync()).Agent;
        var middle = (await _store.CreateAsync()).Agent;
        var newest = (await _store.CreateAsync()).Agent;
        var first = (await _store.Agents.ListAsync(oldest.OrganizationId, null, 2, Token))!;
        Assert.Equal([newest.Id, middle.Id], first.Agents.Select(agent => agent.Id));

        var deletion = await _store.RequestDeletionAsync(middle);
        await _store.Agents.CompleteDeletionAsync(deletion.Operation.Id, middle.Id, Token);

        var second = (await _store.Agents.ListAsync(oldest.OrganizationId, first.NextCursor, 2, Token))!;
        Assert.Equal([oldest.Id], second.Agents.Select(agent => agent.Id));
        Assert.Null(second.NextCursor);
        var all = (await _store.Agents.ListAsync(oldest.OrganizationId, null, 10, Token))!;
        Assert.Equal([newest.Id, oldest.Id], all.Agents.Select(agent => agent.Id));
    }

    [Theory]
    [InlineData("")]
    [InlineData("x")]
    [InlineData("zzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzz")]
    [InlineData("00000000000000000000000000000000")]
    [InlineData("' OR 1=1 --")]
    public async Task A_made_up_cursor_is_refused(string cursor) =>
        Assert.Null(await _store.Agents.ListAsync(await _store.OrganizationAsync(), cursor, 10, Token));

    [Fact]
    public async Task The_cursor_of_another_organization_is_refused()
    {
        await _store.CreateAsync();
        await _store.CreateAsync();
        var page = (await _store.Agents.ListAsync(await _store.OrganizationAsync(), null, 1, Token))!;

        Assert.Null(await _store.Agents.ListAsync(await _store.OrganizationAsync("mallory"), page.NextCursor, 1, Token));
    }

    [Fact]
    public async Task Only_running_agents_of_the_target_are_listed_as_running()
    {
        await _store.CreateAsync();
        var running = await _store.CreateRunningAsync();

        Assert.Equal([running.Id], (await _store.Agents.ListRunningAsync("local", Token)).Select(agent => agent.Id));
        Assert.Empty(await _store.Agents.ListRunningAsync("docker", Token));
    }
}
