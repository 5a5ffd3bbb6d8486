using Microsoft.Extensions.DependencyInjection;

namespace MultiAgentInfra.EmbeddedRuntime.Tests.Behaviour;

/// <summary>Starts a host of the runtime under test with these tasks and, for activities, these services.</summary>
public delegate Task<DurableHost> StartHost(Action<DurableTaskRegistry> tasks, Action<IServiceCollection>? services);

/// <summary>All that a case needs of a host besides the SDK's client; what a host cannot do skips the case.</summary>
public abstract class DurableHost : IAsyncDisposable
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(30);

    public abstract DurableTaskClient Client { get; }

    /// <summary>The time of the host's clock.</summary>
    public abstract DateTimeOffset Now { get; }

    /// <summary>Stops the host and starts it again on what it has stored, after some time.</summary>
    public abstract Task RestartAsync(TimeSpan off = default);

    /// <summary>Lets time pass once the next timer is due in that time, or in the given one.</summary>
    public abstract Task LetTimePassAsync(TimeSpan time, TimeSpan? nextTimer = null);

    public abstract ValueTask DisposeAsync();

    public async Task<OrchestrationMetadata> RunAsync(string name, object? input = null) =>
        await FinishAsync(await Client.ScheduleNewOrchestrationInstanceAsync(name, input));

    /// <summary>Starts an instance and waits until it is no longer pending.</summary>
    public async Task<string> BeginAsync(string name = "Run", object? input = null, string? instanceId = null)
    {
        var id = await Client.ScheduleNewOrchestrationInstanceAsync(name, input, new StartOrchestrationOptions(instanceId));
        using var deadline = new CancellationTokenSource(Deadline);
        await Client.WaitForInstanceStartAsync(id, deadline.Token);
        return id;
    }

    public async Task<OrchestrationMetadata> FinishAsync(string instanceId)
    {
        using var deadline = new CancellationTokenSource(Deadline);
        return await Client.WaitForInstanceCompletionAsync(instanceId, true, deadline.Token);
    }

    public async Task<string?> OutputAsync(string instanceId) => (await FinishAsync(instanceId)).ReadOutputAs<string>();

    public Task ReachAsync(string instanceId, OrchestrationRuntimeStatus status) =>
        EventuallyAsync(async () => (await Client.GetInstanceAsync(instanceId))?.RuntimeStatus == status);

    public Task ShowAsync(string instanceId, string? customStatus) =>
        EventuallyAsync(async () => (await Client.GetInstanceAsync(instanceId, true))?.ReadCustomStatusAs<string>() == customStatus);

    public static async Task EventuallyAsync(Func<Task<bool>> condition)
    {
        using var deadline = new CancellationTokenSource(Deadline);
        while (!await condition())
            await Task.Delay(TimeSpan.FromMilliseconds(2), TimeProvider.System, deadline.Token);
    }
}
