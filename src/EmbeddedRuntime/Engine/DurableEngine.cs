using System.Threading.Channels;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace MultiAgentInfra.EmbeddedRuntime.Engine;

/// <summary>The embedded durable engine: its file, its workers and its client.</summary>
public sealed partial class DurableEngine : IAsyncDisposable
{
    private readonly Channel<PendingActivity> _activities = Channel.CreateUnbounded<PendingActivity>();
    private readonly CancellationTokenSource _stopping = new();
    private readonly TaskCompletionSource<Exception> _failed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly InstanceMailboxes _mailboxes = new();
    private readonly InstanceWatch _watch = new();
    private readonly DurableEngineOptions _options;
    private readonly SqliteOrchestrationStore _store;
    private readonly DurableTimers _timers;
    private readonly EffectsDispatcher _dispatcher;
    private readonly OrchestrationWorker _orchestrations;
    private readonly ActivityWorker _activityWorker;
    private readonly ILogger _logger;
    private WaitingActivities _waiting;
    private InFlightMarks? _marks;
    private Task _started = Task.CompletedTask;
    private Task _turns = Task.CompletedTask;
    private Task _running = Task.CompletedTask;
    private int _isStopped;

    private DurableEngine(DurableEngineOptions options, DurableTaskRegistry registry, IServiceProvider services)
    {
        ArgumentException.ThrowIfNullOrEmpty(options.DatabasePath);
        var loggers = services.GetService<ILoggerFactory>() ?? NullLoggerFactory.Instance;
        _options = options;
        _logger = loggers.CreateLogger<DurableEngine>();
        _store = SqliteOrchestrationStore.Open(options.DatabasePath, options.TimeProvider, Fail);
        _timers = new DurableTimers(options.TimeProvider, _mailboxes.Deliver);
        _dispatcher = new EffectsDispatcher(_mailboxes, _timers, _activities.Writer, _watch);
        var loader = new OrchestrationLoader(_store, registry, services, options, _mailboxes.Deliver);
        _orchestrations = new OrchestrationWorker(_store, _mailboxes, _dispatcher, loader, loggers.CreateLogger<OrchestrationWorker>());
        _activityWorker = new ActivityWorker(registry, services, options, _mailboxes, loggers.CreateLogger<ActivityWorker>());

        // Before the first client can write, or a row would be taken up twice.
        _dispatcher.Resume(_store.Read(reader => reader.Inbox()));
        _waiting = new WaitingActivities(_store.Read(reader => reader.Activities()));
        Client = new EmbeddedDurableTaskClient(_store, _dispatcher, _watch, options);
    }

    /// <summary>Usable as soon as the engine is open; work starts with the engine.</summary>
    public DurableTaskClient Client { get; }

    /// <summary>Ends with the cause when the engine can no longer write, for example because the disk is full.</summary>
    public Task<Exception> Failed => _failed.Task;

    /// <summary>Opens the engine and starts its work.</summary>
    /// <param name="options">Where and how much.</param>
    /// <param name="registry">The orchestrators and activities.</param>
    /// <param name="services">What activities are created from.</param>
    /// <exception cref="InvalidOperationException">Another process uses the file.</exception>
    public static Task<DurableEngine> StartAsync(DurableEngineOptions options, DurableTaskRegistry registry, IServiceProvider services)
    {
        var engine = Open(options, registry, services);
        engine.Start();
        return Task.FromResult(engine);
    }

    /// <summary>Stops taking work, lets turns end and waits for activities up to the stop timeout; those that go on run again at the next start.</summary>
    public async Task StopAsync()
    {
        if (Interlocked.Exchange(ref _isStopped, 1) != 0)
            return;
        await _stopping.CancelAsync();
        await _started;
        try
        {
            await _running.WaitAsync(_options.StopTimeout, TimeProvider.System);
        }
        catch (TimeoutException)
        {
            Log.ActivitiesLeft(_logger, _options.StopTimeout);
        }

        await CloseAsync();
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync() => await StopAsync();

    internal static DurableEngine Open(DurableEngineOptions options, DurableTaskRegistry registry, IServiceProvider services) => new(options, registry, services);

    internal void Start() => _started = Task.Run(StartWorkAsync);

    /// <summary>Ends as a killed process would: nothing that is not yet committed reaches the file.</summary>
    internal Task CrashAsync()
    {
        if (Interlocked.Exchange(ref _isStopped, 1) != 0)
            return Task.CompletedTask;
        _store.Writer.Abandon();
        _marks?.Dispose();

        // The caller may be the writer's own thread, for whose end the rest waits.
        return Task.Run(async () =>
        {
            await _stopping.CancelAsync();
            await CloseAsync();
        });
    }

    private async Task StartWorkAsync()
    {
        try
        {
            (_marks, var suspects) = await CrashRecovery.BeginAsync(_store.Writer, _options);
            await new Quarantine(_store, _dispatcher, suspects, _options.TimeProvider, _logger).RunAsync(_waiting);
            var trials = new SuspectTrials(suspects, _marks, _activityWorker, _orchestrations, _options);
            await trials.RunAsync(_waiting, Fail, _stopping.Token);
            _running = trials.Current;

            // Cancelled by a failure too: nothing that ran then could be recorded.
            if (!_stopping.IsCancellationRequested)
                StartWorkers(_marks, suspects);
        }
        catch (Exception exception)
        {
            // Without its marks the engine would not know its suspects after the next crash.
            Fail(exception);
        }
    }

    private void StartWorkers(InFlightMarks marks, Suspects suspects)
    {
        _dispatcher.Resume(_waiting);
        _waiting = new WaitingActivities([]);
        _turns = Task.WhenAll(Enumerable.Range(0, _options.MaxConcurrentTurns)
            .Select(index => marks.Slot(WorkKind.Turn, index, suspects))
            .Select(slot => Task.Run(() => _orchestrations.RunAsync(slot, Fail))));
        _running = Task.WhenAll([_running, .. Enumerable.Range(0, _options.MaxConcurrentActivities)
            .Select(index => marks.Slot(WorkKind.Activity, index, suspects))
            .Select(slot => Task.Run(() => _activityWorker.RunAsync(_activities.Reader, slot, _stopping.Token)))]);
    }

    private async Task CloseAsync()
    {
        _timers.Dispose();
        _mailboxes.Close();
        await _started;
        await _turns;
        _marks?.End();
        _marks?.Dispose();
        _store.Dispose();
        _watch.Fail(new InvalidOperationException("The durable engine has stopped."));
        _stopping.Dispose();
    }

    private void Fail(Exception exception)
    {
        if (_isStopped != 0 || !_failed.TrySetResult(exception))
            return;
        Log.Failed(_logger, exception);
        _marks?.Fail();
        _ = _stopping.CancelAsync();
        _mailboxes.Close();
        _watch.Fail(exception);
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Critical, "The durable engine has stopped because it cannot read or write its file; nothing that was committed is lost")]
        public static partial void Failed(ILogger logger, Exception exception);

        [LoggerMessage(2, LogLevel.Information, "Activities were still running after {timeout}; they run again at the next start")]
        public static partial void ActivitiesLeft(ILogger logger, TimeSpan timeout);
    }
}
