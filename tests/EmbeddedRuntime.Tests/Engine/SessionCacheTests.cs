using Microsoft.Extensions.DependencyInjection;
using MultiAgentInfra.EmbeddedRuntime.Engine;

namespace MultiAgentInfra.EmbeddedRuntime.Tests.Engine;

public sealed class SessionCacheTests
{
    [Fact]
    public void The_session_that_was_used_longest_ago_makes_room()
    {
        var cache = new SessionCache(2);
        cache.Keep(Session("a"));
        cache.Keep(Session("b"));
        cache.Keep(cache.Take("a")!);
        cache.Keep(Session("c"));
        Assert.Equal(["a", "c"], Kept(cache));
    }

    [Fact]
    public void A_session_that_was_taken_is_its_takers_alone()
    {
        var cache = new SessionCache(2);
        cache.Keep(Session("a"));
        Assert.NotNull(cache.Take("a"));
        Assert.Null(cache.Take("a"));
    }

    [Fact]
    public void A_cache_without_room_keeps_nothing()
    {
        var cache = new SessionCache(0);
        cache.Keep(Session("a"));
        Assert.Empty(Kept(cache));
    }

    private static IEnumerable<string> Kept(SessionCache cache) => new[] { "a", "b", "c" }.Where(id => cache.Take(id) is not null);

    private static SessionCache.Session Session(string id) => new(
        new StoredInstance(1, id, "Run", OrchestrationRuntimeStatus.Running, default, default, null, null, null, null, new StartDetail("")),
        new OrchestrationExecutor(id, new DurableTaskRegistry(), new ServiceCollection().BuildServiceProvider(), new DurableEngineOptions { DatabasePath = "unused" }));
}
