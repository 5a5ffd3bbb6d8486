namespace MultiAgentInfra.EmbeddedRuntime.Engine;

/// <summary>The numbers are stored: never renumber.</summary>
internal enum EventKind
{
    TurnStarted = 0,
    ExecutionStarted = 1,
    TaskScheduled = 2,
    TaskCompleted = 3,
    TaskFailed = 4,
    TimerCreated = 5,
    TimerFired = 6,
    SubOrchestrationCreated = 7,
    SubOrchestrationCompleted = 8,
    SubOrchestrationFailed = 9,
    EventSent = 10,
    EventRaised = 11,
    Suspended = 12,
    Resumed = 13,
    Terminated = 14,
    ExecutionCompleted = 15,
    ForeignAwait = 16,
}

/// <summary>One row of a history or of the inbox.</summary>
/// <param name="Kind">What happened.</param>
/// <param name="TaskId">The number that the orchestrator's call got, for the events that belong to a call.</param>
/// <param name="Name">The task's or event's name.</param>
/// <param name="Payload">The serialised input, output, failure or event.</param>
/// <param name="Detail">The rest that the kind needs: a version, an instance id or a <see cref="StartDetail"/>.</param>
/// <param name="Time">The turn's clock, or when a timer is due; UTC.</param>
internal sealed record HistoryEvent(EventKind Kind, int TaskId = 0, string? Name = null, string? Payload = null, string? Detail = null, DateTime Time = default)
{
    public bool IsConfirmation => Kind is EventKind.TaskScheduled or EventKind.TimerCreated or EventKind.SubOrchestrationCreated or EventKind.EventSent;

    /// <summary>Whether the event goes on to the next execution of an instance that starts over.</summary>
    public bool SurvivesContinueAsNew => Kind is EventKind.EventRaised or EventKind.Suspended or EventKind.Resumed or EventKind.Terminated;

    public override string ToString() => Kind switch
    {
        EventKind.TaskScheduled => $"activity '{Name}' (#{TaskId})",
        EventKind.TimerCreated => $"timer (#{TaskId})",
        EventKind.SubOrchestrationCreated => $"sub-orchestration '{Name}' (#{TaskId})",
        EventKind.EventSent => $"event '{Name}' to '{Detail}' (#{TaskId})",
        _ => $"{Kind} {Name} (#{TaskId})",
    };
}
