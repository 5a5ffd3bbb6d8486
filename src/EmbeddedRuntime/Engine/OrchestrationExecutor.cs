namespace MultiAgentInfra.EmbeddedRuntime.Engine;

/// <summary>Runs an orchestrator over its events, one at a time: first those of the history (a replay), then the new ones.</summary>
internal sealed class OrchestrationExecutor
{
    private readonly OrchestratorThread _thread = new();
    private readonly List<HistoryEvent> _heldWhileSuspended = [];
    private readonly List<HistoryEvent> _carried = [];
    private readonly ReplayContext _context;
    private readonly DurableTaskRegistry _registry;
    private readonly IServiceProvider _services;
    private Completion? _outcome;
    private Completion? _completion;
    private bool _started;
    private bool _suspended;
    private bool _isBroken;

    public OrchestrationExecutor(string instanceId, DurableTaskRegistry registry, IServiceProvider services, DurableEngineOptions options)
    {
        _registry = registry;
        _services = services;
        _context = new ReplayContext(instanceId, _thread, services, options.DataConverter);
    }

    /// <summary>Called when a foreign task comes back between two turns.</summary>
    public Action? OnForeignAwait
    {
        set => _thread.OnForeignPost = value;
    }

    /// <summary>The clock of the last turn.</summary>
    public DateTime Now => _context.Now;

    /// <summary>How many rows the history has, with those of the last turn.</summary>
    public int HistoryLength { get; set; }

    public void Replay(IReadOnlyList<HistoryEvent> history)
    {
        _context.Replaying = true;
        HistoryLength = history.Count;
        foreach (var recorded in history)
            ProcessGuarded(recorded);
        if (_completion is not null)
            Fail(NonDeterministicOrchestrationException.For(_context.Name, "more steps, since the history is not finished", "the end of the orchestrator"));
    }

    public TurnResult RunTurn(IReadOnlyList<HistoryEvent> events)
    {
        // Reported first: the replay that brought us here may already have taken another way through the finished foreign task.
        if (events.Any(incoming => incoming.Kind == EventKind.ForeignAwait))
            FailAsForeign();
        ProcessGuarded(events[0]);
        _context.Replaying = false;
        foreach (var incoming in events.Skip(1))
            ProcessGuarded(incoming);
        FailWhenStuck();
        if (_completion is { Status: OrchestrationRuntimeStatus.ContinuedAsNew, KeepEvents: true })
            _carried.InsertRange(0, _context.Events.TakeBuffered());
        return new TurnResult(
            _completion, _suspended, _context.Actions.TakeAll(), _context.Actions.TakeCancelledTimers(), _context.CustomStatus, CarriedEvents());
    }

    private HistoryEvent[] CarriedEvents() => _completion is { Status: OrchestrationRuntimeStatus.ContinuedAsNew }
        ? [.. _carried.Where(carried => carried.SurvivesContinueAsNew)]
        : [];

    private void ProcessGuarded(HistoryEvent incoming)
    {
        try
        {
            _thread.Run(() => Process(incoming));

            // As in the SDK, an orchestrator that has returned or thrown ends when the last task that it started does.
            if (!_context.HasOpenTasks)
                _completion ??= _outcome;
        }
        // A mismatch, or what an `async void` of the orchestrator throws: it ends this instance, and never the engine.
        catch (Exception exception)
        {
            Fail(exception);
        }
    }

    private void Process(HistoryEvent incoming)
    {
        if (incoming.IsConfirmation)
        {
            _context.Actions.Confirm(incoming, _context.Name);
            return;
        }

        if (_completion is not null)
            _carried.Add(incoming);
        else
            Apply(incoming);
    }

    private void Apply(HistoryEvent incoming)
    {
        switch (incoming.Kind)
        {
            case EventKind.TurnStarted:
                _context.Actions.RequireAllConfirmed(_context.Name);
                _context.Now = incoming.Time;
                break;
            case EventKind.ExecutionStarted:
                Start(incoming);
                break;
            case EventKind.Suspended:
                _suspended = true;
                break;
            case EventKind.Resumed:
                Resume();
                break;
            case EventKind.Terminated:
                _context.Actions.Clear();
                _completion = new Completion(OrchestrationRuntimeStatus.Terminated, incoming.Payload);
                break;
            // An event after the call of ContinueAsNew is the next execution's, whatever happens to the unprocessed ones before it.
            case EventKind.EventRaised when _context.ContinuedAsNew is not null:
                _carried.Add(incoming);
                break;
            case var _ when _suspended:
                _heldWhileSuspended.Add(incoming);
                break;
            default:
                _context.Deliver(incoming);
                break;
        }
    }

    private void Resume()
    {
        _suspended = false;
        foreach (var held in _heldWhileSuspended)
            Apply(held);
        _heldWhileSuspended.Clear();
    }

    private void Start(HistoryEvent started)
    {
        var detail = StartDetail.Parse(started.Detail);
        _started = true;
        _context.Begin(started, detail);
        if (_registry.FindOrchestrator(started.Name!, detail.Version) is { } factory)
        {
            _ = RunToEnd(factory, started.Payload);
            return;
        }

        _isBroken = true;
        _completion = new Completion(OrchestrationRuntimeStatus.Failed, Failure: MissingTasks.Orchestrator(started.Name!, detail.Version));
    }

    private async Task RunToEnd(Func<IServiceProvider, ITaskOrchestrator> factory, string? input)
    {
        Completion completion;
        try
        {
            var orchestrator = factory(_services);
            _context.Input = _context.Converter.Deserialize(input, orchestrator.InputType);
            var output = await orchestrator.RunAsync(_context, _context.Input);
            completion = _context.ContinuedAsNew ?? new Completion(OrchestrationRuntimeStatus.Completed, _context.Converter.Serialize(output));
        }
        catch (Exception exception)
        {
            // Whatever an orchestrator throws is its result.
            completion = Completion.Failed(exception);
        }

        if (_thread.IsCurrent)
            _outcome = completion;
        else
            _thread.MarkForeign();
    }

    private void FailWhenStuck()
    {
        if (_completion is not null || !_started)
            return;
        if (_thread.IsForeign || (!_suspended && !_context.IsWaiting))
            FailAsForeign();
    }

    private void FailAsForeign()
    {
        _isBroken = false;
        Fail(ForeignAwaitException.For(_context.Name));
    }

    private void Fail(Exception exception)
    {
        // The first mismatch is the cause, those after it follow from it.
        if (_isBroken)
            return;
        _isBroken = true;
        _context.Actions.Clear();
        _completion = Completion.Failed(exception);
    }
}
