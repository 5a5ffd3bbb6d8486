using Microsoft.Extensions.DependencyInjection;
using MultiAgentInfra.EmbeddedRuntime.Engine;
using MultiAgentInfra.TestSupport;

namespace MultiAgentInfra.EmbeddedRuntime.Tests.Durable;

/// <summary>Where an engine crashes.</summary>
public enum CrashAt
{
    /// <summary>When it reads the clock: the writer does so inside its transactions, the workers before a turn and after a commit.</summary>
    ClockRead,

    /// <summary>When an activity ends, before its result is recorded.</summary>
    ActivityRun,

    /// <summary>When a client has been told that its command is on disk.</summary>
    Command,
}

/// <summary>The n-th time that something happens in one life of an engine.</summary>
public sealed record CrashPoint(CrashAt At, int Count)
{
    public override string ToString() => $"{At} {Count}";
}

/// <summary>An engine with a file of its own that crashes at a point given beforehand and can be started again.</summary>
internal sealed class CrashingEngine : IAsyncDisposable
{
    private readonly DirectoryInfo _folder = NewFolder();
    private readonly Lock _gate = new();
    private readonly int _cached;
    private readonly Action<DurableTaskRegistry, Life> _tasks;
    private Life? _life;

    public CrashingEngine(int cached, Action<DurableTaskRegistry, Life> tasks)
    {
        _cached = cached;
        _tasks = tasks;
    }

    public FakeClock Clock { get; } = new();

    public Life Current => _life!;

    public DurableTaskClient Client => _life!.Engine!.Client;

    public string DatabasePath => Path.Combine(_folder.FullName, "engine.db");

    /// <summary>Starts the next life, which crashes at the point, if it gets there.</summary>
    public async Task StartAsync(CrashPoint? point = null)
    {
        var life = new Life(this, point);
        var registry = new DurableTaskRegistry();
        _tasks(registry, life);
        var options = new DurableEngineOptions
        {
            DatabasePath = DatabasePath,
            TimeProvider = life,
            CachedOrchestrations = _cached,
            MaxConcurrentActivities = 4,
            MaxConcurrentTurns = 8,
            StopTimeout = TimeSpan.FromMilliseconds(200),
        };
        _life = life;
        life.Engine = await DurableEngine.StartAsync(options, registry, new ServiceCollection().BuildServiceProvider());
    }

    /// <summary>Ends the life as SIGKILL would, if it has not crashed on its own.</summary>
    public async Task CrashAsync()
    {
        await _life!.CrashAsync();

        // What still runs of it must leave no trace in the next.
        lock (_gate)
            _life.IsOver = true;
    }

    public async ValueTask DisposeAsync()
    {
        if (_life?.Engine is { } engine)
            await (_life.Crash ?? engine.StopAsync());
        _folder.Delete(recursive: true);
    }

    /// <summary>In memory where the caller offers some: an engine that crashes inside this process leaves its files to the kernel, and thousands need no disk.</summary>
    private static DirectoryInfo NewFolder() => Environment.GetEnvironmentVariable("MEMORY_TMPDIR") is { } memory && Directory.Exists(memory)
        ? Directory.CreateDirectory(Path.Combine(memory, "durable-crash-" + Path.GetRandomFileName()))
        : Directory.CreateTempSubdirectory("durable-crash-");

    /// <summary>One life of the engine, and its clock.</summary>
    internal sealed class Life(CrashingEngine owner, CrashPoint? point) : TimeProvider
    {
        private int _left = point?.Count ?? 0;
        private Task? _crash;
        private volatile bool _isCrashing;

        public DurableEngine? Engine { get; set; }

        public bool IsOver { get; set; }

        public Task? Crash => Volatile.Read(ref _crash);

        /// <summary>Whether it has crashed or is about to: a client may hear of it before <see cref="CrashAsync"/> returns.</summary>
        public bool IsCrashing => _isCrashing;

        public override DateTimeOffset GetUtcNow()
        {
            Reached(CrashAt.ClockRead);
            return owner.Clock.GetUtcNow();
        }

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
            owner.Clock.CreateTimer(callback, state, dueTime, period);

        /// <summary>Runs what an activity does, unless a dead process would have to do it.</summary>
        public T Run<T>(Func<T> effect)
        {
            T result;
            lock (owner._gate)
                result = IsOver ? throw new InvalidOperationException("This process is dead.") : effect();
            Reached(CrashAt.ActivityRun);
            return result;
        }

        public void Reached(CrashAt at)
        {
            if (point?.At == at && Interlocked.Decrement(ref _left) <= 0 && Engine is not null)
                _ = CrashAsync();
        }

        public Task CrashAsync()
        {
            _isCrashing = true;
            lock (owner._gate)
                return _crash ??= Engine!.CrashAsync();
        }
    }
}
