namespace MultiAgentInfra.EmbeddedRuntime.Engine;

/// <summary>An event on its way to an instance.</summary>
/// <param name="InstanceId">The instance that gets it.</param>
/// <param name="Execution">The execution it belongs to; null when it is for whichever runs.</param>
/// <param name="InboxId">Its row in NewEvents, or 0.</param>
/// <param name="TaskRow">The row in NewTasks that it completes, or 0.</param>
/// <param name="Event">The event.</param>
internal sealed record PendingEvent(string InstanceId, long? Execution, long InboxId, long TaskRow, HistoryEvent Event);

/// <summary>A timed row of the inbox that is not yet visible.</summary>
internal sealed record PendingTimer(PendingEvent Event, DateTime DueAt);

/// <summary>An activity that has been asked for and has no recorded result.</summary>
internal sealed record PendingActivity(long Row, long Execution, string InstanceId, int TaskId, string Name, string Version, string? Input);

/// <summary>A row of Instances, with the serialised data.</summary>
internal sealed record StoredInstance(
    long Execution,
    string InstanceId,
    string Name,
    OrchestrationRuntimeStatus Status,
    DateTime CreatedAt,
    DateTime UpdatedAt,
    string? Input,
    string? Output,
    string? CustomStatus,
    string? Failure,
    StartDetail Detail)
{
    public bool IsFinished => Status is OrchestrationRuntimeStatus.Completed or OrchestrationRuntimeStatus.Failed or OrchestrationRuntimeStatus.Terminated;
}
