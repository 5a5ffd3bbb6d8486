using System.Runtime.CompilerServices;
using Microsoft.Extensions.DependencyInjection;
using MultiAgentInfra.EmbeddedRuntime.Engine;
using MultiAgentInfra.TestSupport;

namespace MultiAgentInfra.EmbeddedRuntime.Tests.Durable;

/// <summary>An engine on a file of its own that a test can stop, crash and start again.</summary>
internal sealed class TestEngine : IAsyncDisposable
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(2);

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("durable-");
    private readonly int _cached;
    private Action<DurableTaskRegistry> _tasks;
    private DurableEngine? _engine;

    private TestEngine(int cached, Action<DurableTaskRegistry> tasks)
    {
        _cached = cached;
        _tasks = tasks;
    }

    public FakeClock Clock { get; } = new();

    public DurableTaskClient Client => _engine!.Client;

    public Task<Exception> Failed => _engine!.Failed;

    public string DatabasePath => Path.Combine(_folder.FullName, "engine.db");

    public ServiceCollection Services { get; } = [];

    public static async Task<TestEngine> StartAsync(int cached, Action<DurableTaskRegistry> tasks, Action<IServiceCollection>? services = null)
    {
        var engine = new TestEngine(cached, tasks);
        services?.Invoke(engine.Services);
        await engine.StartAsync();
        return engine;
    }

    public async Task StopAsync() => await _engine!.StopAsync();

    public async Task RestartAsync(Action<DurableTaskRegistry>? tasks = null)
    {
        await StopAsync();
        _tasks = tasks ?? _tasks;
        await StartAsync();
    }

    public async Task CrashAndRestartAsync()
    {
        await _engine!.CrashAsync();
        await StartAsync();
    }

    public DurableEngineOptions Options() =>
        new() { DatabasePath = DatabasePath, TimeProvider = Clock, CachedOrchestrations = _cached, StopTimeout = TimeSpan.FromMilliseconds(200) };

    public async Task<OrchestrationMetadata> RunAsync(string name, object? input = null) =>
        await FinishAsync(await Client.ScheduleNewOrchestrationInstanceAsync(name, input));

    public async Task<OrchestrationMetadata> FinishAsync(string instanceId)
    {
        using var deadline = new CancellationTokenSource(Deadline);
        return await Client.WaitForInstanceCompletionAsync(instanceId, true, deadline.Token);
    }

    /// <summary>Waits until the engine has armed a timer that fires after the given time, then moves the clock there.</summary>
    public async Task AdvanceAsync(TimeSpan time)
    {
        await EventuallyAsync(() => Task.FromResult(Clock.NextTimer == Clock.GetUtcNow() + time));
        Clock.Advance(time);
    }

    public async Task WaitForStatusAsync(string instanceId, OrchestrationRuntimeStatus status) =>
        await EventuallyAsync(async () => (await Client.GetInstanceAsync(instanceId))?.RuntimeStatus == status, $"{instanceId} to be {status}");

    public async Task WaitForCustomStatusAsync(string instanceId, string status) =>
        await EventuallyAsync(async () => (await Client.GetInstanceAsync(instanceId, true))?.ReadCustomStatusAs<string>() == status, $"{instanceId} to show {status}");

    /// <exception cref="TimeoutException">The condition was not met in time; the message has its code.</exception>
    public static Task EventuallyAsync(Func<Task<bool>> condition, [CallerArgumentExpression(nameof(condition))] string what = "") =>
        Wait.ForAsync(what, Deadline, async () => await condition() ? "met" : null, Pause);

    public async ValueTask DisposeAsync()
    {
        await _engine!.DisposeAsync();
        _folder.Delete(recursive: true);
    }

    private async Task StartAsync()
    {
        var registry = new DurableTaskRegistry();
        _tasks(registry);
        _engine = await DurableEngine.StartAsync(Options(), registry, Services.BuildServiceProvider());
    }
}
