using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace MultiAgentInfra.EmbeddedRuntime.Engine;

/// <summary>The context that an orchestrator sees: each call is numbered, asked for once and answered from the history when it replays.</summary>
internal sealed class ReplayContext(string instanceId, OrchestratorThread thread, IServiceProvider services, DataConverter converter) : TaskOrchestrationContext
{
    private readonly Dictionary<int, TaskCompletionSource<HistoryEvent>> _open = [];
    private TaskName _name;
    private string _version = string.Empty;
    private ParentOrchestrationInstance? _parent;
    private int _guids;

    public ActionLog Actions { get; } = new();

    public ExternalEvents Events { get; } = new();

    public DataConverter Converter => converter;

    public DateTime Now { get; set; }

    public bool Replaying { get; set; }

    public object? Input { get; set; }

    public CustomStatusChange? CustomStatus { get; private set; }

    public Completion? ContinuedAsNew { get; private set; }

    /// <summary>Whether an activity, a sub-orchestration or a timer is still to end; a wait for an event is none of these.</summary>
    public bool HasOpenTasks => _open.Count > 0;

    /// <summary>Whether an event can still come that moves the orchestrator.</summary>
    public bool IsWaiting => HasOpenTasks || Events.HasWaiters;

    public override TaskName Name => _name;

    public override string InstanceId => instanceId;

    public override string Version => _version;

    public override ParentOrchestrationInstance? Parent => _parent;

    public override DateTime CurrentUtcDateTime => Now;

    public override bool IsReplaying => Replaying;

    protected override ILoggerFactory LoggerFactory => services.GetService<ILoggerFactory>() ?? NullLoggerFactory.Instance;

    public void Begin(HistoryEvent started, StartDetail detail)
    {
        _name = started.Name!;
        _version = detail.Version;
        _parent = detail.Parent is { } parent ? new ParentOrchestrationInstance(parent.Name, parent.InstanceId) : null;
    }

    public void Deliver(HistoryEvent incoming)
    {
        if (incoming.Kind == EventKind.EventRaised)
            Events.Raise(incoming);
        else if (_open.Remove(incoming.TaskId, out var task))
            task.TrySetResult(incoming);
    }

    public override T? GetInput<T>()
        where T : default => (T?)Input;

    public override async Task<T> CallActivityAsync<T>(TaskName name, object? input = null, TaskOptions? options = null)
    {
        RequireOwnThread();
        RequireNoOptions(input, options);
        var serialized = converter.Serialize(input);
        var version = options?.Version?.Version ?? _version;
        return await Retries.RunAsync(this, options?.Retry?.Policy, () => Request<T>(name, id => new ScheduleActivity(id, name, version, serialized)));
    }

    public override async Task<TResult> CallSubOrchestratorAsync<TResult>(TaskName orchestratorName, object? input = null, TaskOptions? options = null)
    {
        RequireOwnThread();
        RequireNoOptions(input, options);
        var serialized = converter.Serialize(input);
        var child = (options as SubOrchestrationOptions)?.InstanceId ?? NewGuid().ToString("N");
        var version = options?.Version?.Version ?? string.Empty;
        return await Retries.RunAsync(this, options?.Retry?.Policy, () => Request<TResult>(
            orchestratorName, id => new StartSubOrchestration(id, orchestratorName, version, child, serialized, options?.Tags)));
    }

    public override async Task CreateTimer(DateTime fireAt, CancellationToken cancellationToken)
    {
        RequireOwnThread();

        // By a task, so that a caller sees a TaskCanceledException whenever the token was cancelled.
        if (cancellationToken.IsCancellationRequested)
            await Task.FromCanceled(cancellationToken);
        var id = Ask(id => new StartTimer(id, fireAt.ToUniversalTime()), out var fired);
        using var registration = cancellationToken.Register(() =>
        {
            if (!_open.Remove(id))
                return;
            Actions.CancelTimer(id);
            fired.TrySetCanceled(cancellationToken);
        });
        await fired.Task;
    }

    public override async Task<T> WaitForExternalEvent<T>(string eventName, CancellationToken cancellationToken = default)
    {
        RequireOwnThread();
        ArgumentException.ThrowIfNullOrEmpty(eventName);
        return converter.Deserialize<T>(await Events.Wait(eventName, typeof(T), cancellationToken))!;
    }

    public override void SendEvent(string instanceId, string eventName, object payload)
    {
        RequireOwnThread();
        ArgumentException.ThrowIfNullOrEmpty(instanceId);
        ArgumentException.ThrowIfNullOrEmpty(eventName);
        var serialized = converter.Serialize(payload);
        Actions.Add(new SendEventTo(Actions.NextId(), instanceId, eventName, serialized));
    }

    public override void SetCustomStatus(object? customStatus)
    {
        RequireOwnThread();
        CustomStatus = new CustomStatusChange(converter.Serialize(customStatus));
    }

    public override void ContinueAsNew(object? newInput = null, bool preserveUnprocessedEvents = true) =>
        ContinueAsNew(new ContinueAsNewOptions { NewInput = newInput, PreserveUnprocessedEvents = preserveUnprocessedEvents });

    public override void ContinueAsNew(ContinueAsNewOptions options)
    {
        RequireOwnThread();
        ArgumentNullException.ThrowIfNull(options);
        ContinuedAsNew = new Completion(
            OrchestrationRuntimeStatus.ContinuedAsNew,
            converter.Serialize(options.NewInput),
            NewVersion: string.IsNullOrWhiteSpace(options.NewVersion) ? null : options.NewVersion,
            KeepEvents: options.PreserveUnprocessedEvents);
    }

    public override Guid NewGuid()
    {
        RequireOwnThread();
        return DeterministicGuid.Create(instanceId, Now, _guids++);
    }

    private static void RequireNoOptions(object? input, TaskOptions? options)
    {
        if (input is TaskOptions && options is null)
            throw new ArgumentException($"A {nameof(TaskOptions)} was given as the input and no options; pass it by name, options:.", nameof(input));
    }

    private async Task<T> Request<T>(TaskName name, Func<int, OrchestratorAction> action)
    {
        var id = Ask(action, out var answered);
        var answer = await answered.Task;
        return answer.Kind is EventKind.TaskFailed or EventKind.SubOrchestrationFailed
            ? throw new TaskFailedException(name, id, FailureText.Parse(answer.Payload))
            : converter.Deserialize<T>(answer.Payload)!;
    }

    private int Ask(Func<int, OrchestratorAction> action, out TaskCompletionSource<HistoryEvent> answered)
    {
        var id = Actions.NextId();
        Actions.Add(action(id));
        answered = _open[id] = new TaskCompletionSource<HistoryEvent>();
        return id;
    }

    private void RequireOwnThread()
    {
        if (thread.IsCurrent)
            return;
        thread.MarkForeign();
        throw ForeignAwaitException.For(_name);
    }
}
