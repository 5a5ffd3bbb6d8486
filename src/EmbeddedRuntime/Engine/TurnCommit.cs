namespace MultiAgentInfra.EmbeddedRuntime.Engine;

/// <summary>Makes one turn durable: consumed events, history, new work and status in one piece.</summary>
internal sealed class TurnCommit(StoredInstance instance, IReadOnlyList<PendingEvent> consumed, IReadOnlyList<HistoryEvent> events, int historyLength, TurnResult result)
{
    private readonly TurnEffects _effects = new();

    public IReadOnlyList<HistoryEvent> NewHistory { get; } = [.. events, .. result.Actions.Select(action => action.ToHistory())];

    /// <summary>The status that the instance has after this turn.</summary>
    public OrchestrationRuntimeStatus Status { get; } = result switch
    {
        { Completion: { Status: not OrchestrationRuntimeStatus.ContinuedAsNew } completion } => completion.Status,
        { IsSuspended: true } => OrchestrationRuntimeStatus.Suspended,
        _ => OrchestrationRuntimeStatus.Running,
    };

    private string Id => instance.InstanceId;

    private long Execution => instance.Execution;

    public TurnEffects Apply(WriteSession session)
    {
        if (!consumed.All(pending => Consume(session, pending)) || !session.UpdateInstance(Execution, Status, result.Completion, result.CustomStatus))
            throw new StaleTurnException();
        foreach (var action in result.Actions)
            Start(session, action);
        foreach (var timer in result.CancelledTimers)
        {
            if (session.DeleteTimer(Id, Execution, timer) is { } row)
                _effects.CancelledInboxRows.Add(row);
        }

        switch (result.Completion)
        {
            case { Status: OrchestrationRuntimeStatus.ContinuedAsNew } completion:
                StartOver(session, completion);
                break;
            case { } completion:
                AppendHistory(session, completion);
                Finish(session, completion);
                break;
            default:
                AppendHistory(session, null);
                break;
        }

        if (Status != instance.Status)
            _effects.Changed.Add(Id);
        return _effects;
    }

    private static bool Consume(WriteSession session, PendingEvent pending) =>
        (pending.InboxId == 0 || session.DeleteInboxRow(pending.InboxId)) && (pending.TaskRow == 0 || session.DeleteTask(pending.TaskRow));

    private void AppendHistory(WriteSession session, Completion? completion)
    {
        var sequence = historyLength;
        foreach (var entry in NewHistory)
            session.InsertHistory(Execution, sequence++, entry);
        if (completion is not null)
            session.InsertHistory(Execution, sequence, new HistoryEvent(EventKind.ExecutionCompleted, Name: completion.Status.ToString(), Time: events[0].Time));
    }

    private void Start(WriteSession session, OrchestratorAction action)
    {
        switch (action)
        {
            case ScheduleActivity activity:
                _effects.Activities.Add(session.InsertTask(Execution, Id, activity));
                break;
            case StartTimer timer when result.Completion is null && !result.CancelledTimers.Contains(timer.Id):
                var due = session.InsertInbox(Id, Execution, new HistoryEvent(EventKind.TimerFired, timer.Id, Time: timer.FireAt), timer.FireAt);
                _effects.Timers.Add(new PendingTimer(due, timer.FireAt));
                break;
            case StartSubOrchestration child:
                StartChild(session, child);
                break;
            case SendEventTo sent:
                Deliver(InstanceCommands.Send(session, sent.InstanceId, new HistoryEvent(EventKind.EventRaised, Name: sent.Name, Payload: sent.Payload)));
                break;
        }
    }

    private void StartChild(WriteSession session, StartSubOrchestration child)
    {
        var detail = new StartDetail(
            child.Version, new ParentLink(instance.Name, Id, Execution, child.Id), child.Tags is null ? null : new Dictionary<string, string>(child.Tags));
        try
        {
            Deliver(InstanceCommands.Start(session, child.InstanceId, child.Name, child.Input, detail).Event);
            _effects.Changed.Add(child.InstanceId);
        }
        catch (OrchestrationAlreadyExistsException exception)
        {
            var failure = FailureText.ToJson(TaskFailureDetails.FromException(exception));
            Deliver(session.InsertInbox(Id, Execution, new HistoryEvent(EventKind.SubOrchestrationFailed, child.Id, Payload: failure)));
        }
    }

    private void StartOver(WriteSession session, Completion completion)
    {
        _effects.CancelledInboxRows.AddRange(session.DropInbox(Id, Execution));
        session.DeleteHistory(Execution);
        var detail = completion.NewVersion is { } version ? instance.Detail with { Version = version } : instance.Detail;
        var next = session.StartOver(Execution, completion.Output, detail);

        // Ids below those of all that has arrived meanwhile, in a range of the execution's own: a crash must not change the order.
        var row = -(next << 20);
        var started = new HistoryEvent(EventKind.ExecutionStarted, Name: instance.Name, Payload: completion.Output, Detail: detail.ToJson());
        _effects.NextExecution.Add(session.InsertInbox(Id, next, started, row: row++));
        _effects.NextExecution.AddRange(result.CarriedEvents.Select(carried => session.InsertInbox(Id, null, carried, row: row++)));
    }

    private void Finish(WriteSession session, Completion completion)
    {
        _effects.CancelledInboxRows.AddRange(session.DropInbox(Id, null));
        if (instance.Detail.Parent is { } parent && session.FindInstance(parent.InstanceId)?.Execution == parent.Execution)
            Deliver(InstanceCommands.Send(session, parent.InstanceId, Answer(parent, completion), parent.Execution));
        var recursive = events.FirstOrDefault(incoming => incoming is { Kind: EventKind.Terminated, Detail: InstanceCommands.Recursive });
        if (completion.Status != OrchestrationRuntimeStatus.Terminated || recursive is null)
            return;
        foreach (var child in session.ChildrenOf(Id))
            Deliver(InstanceCommands.Send(session, child, recursive));
    }

    private HistoryEvent Answer(ParentLink parent, Completion completion)
    {
        if (completion.Status == OrchestrationRuntimeStatus.Completed)
            return new HistoryEvent(EventKind.SubOrchestrationCompleted, parent.TaskId, Payload: completion.Output);
        var failure = completion.Failure ?? new TaskFailureDetails("OrchestrationTerminated", $"The sub-orchestration '{Id}' was terminated.", null, null, null);
        return new HistoryEvent(EventKind.SubOrchestrationFailed, parent.TaskId, Payload: FailureText.ToJson(failure));
    }

    private void Deliver(PendingEvent? pending)
    {
        if (pending is not null)
            _effects.Deliveries.Add(pending);
    }
}
