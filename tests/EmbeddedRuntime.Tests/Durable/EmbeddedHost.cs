using MultiAgentInfra.EmbeddedRuntime.Tests.Behaviour;

namespace MultiAgentInfra.EmbeddedRuntime.Tests.Durable;

/// <summary>The embedded engine as a host of the behaviour suite, on a clock that only the case moves.</summary>
internal sealed class EmbeddedHost(TestEngine engine) : DurableHost
{
    public override DurableTaskClient Client => engine.Client;

    public override DateTimeOffset Now => engine.Clock.GetUtcNow();

    public static StartHost With(int cached) => async (tasks, services) => new EmbeddedHost(await TestEngine.StartAsync(cached, tasks, services));

    public override async Task RestartAsync(TimeSpan off = default)
    {
        await engine.StopAsync();
        engine.Clock.Advance(off);
        await engine.RestartAsync();
    }

    public override async Task LetTimePassAsync(TimeSpan time, TimeSpan? nextTimer = null)
    {
        var due = Now + (nextTimer ?? time);
        await EventuallyAsync(() => Task.FromResult(engine.Clock.NextTimer == due));
        engine.Clock.Advance(time);
    }

    public override ValueTask DisposeAsync() => engine.DisposeAsync();
}
