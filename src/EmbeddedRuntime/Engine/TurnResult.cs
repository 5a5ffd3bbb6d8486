namespace MultiAgentInfra.EmbeddedRuntime.Engine;

/// <summary>How an execution ended.</summary>
internal sealed record Completion(OrchestrationRuntimeStatus Status, string? Output = null, TaskFailureDetails? Failure = null, string? NewVersion = null, bool KeepEvents = false)
{
    public static Completion Failed(Exception exception) => new(OrchestrationRuntimeStatus.Failed, Failure: TaskFailureDetails.FromException(exception));
}

/// <summary>A custom status that the orchestrator has set, null included.</summary>
internal sealed record CustomStatusChange(string? Value);

/// <summary>What one turn of an orchestrator has to commit.</summary>
internal sealed record TurnResult(
    Completion? Completion,
    bool IsSuspended,
    IReadOnlyList<OrchestratorAction> Actions,
    IReadOnlyList<int> CancelledTimers,
    CustomStatusChange? CustomStatus,
    IReadOnlyList<HistoryEvent> CarriedEvents);
