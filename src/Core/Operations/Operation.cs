namespace MultiAgentInfra.Core.Operations;

/// <summary>The state of an operation, in the words of the API.</summary>
public enum OperationStatus
{
    NotStarted,
    Running,
    Succeeded,
    Failed,
    Canceled,
}

/// <summary>What an operation does to its agent.</summary>
public enum OperationKind
{
    Deploy,
    Delete,
    Update,
    Stop,
    Start,
    Restart,
    Scale,
}

/// <summary>What a failed operation left behind, where it was more than nothing.</summary>
public enum OperationOutcome
{
    /// <summary>The revision that ran before runs again.</summary>
    RolledBack,

    /// <summary>The revision that ran before was started again and does not run either.</summary>
    RollbackFailed,
}

/// <summary>The state of one step.</summary>
public enum StepStatus
{
    Running,
    Succeeded,
    Failed,
}

/// <summary>One piece of work on one agent, from the request to its end.</summary>
/// <param name="InstanceId">The orchestration instance that does it; never reused.</param>
/// <param name="Deadline">When the sweeper ends it, whatever happens.</param>
public sealed record Operation(
    Guid Id,
    Guid OrganizationId,
    Guid AgentId,
    OperationKind Kind,
    string InstanceId,
    OperationStatus Status,
    DateTimeOffset CreatedAt,
    DateTimeOffset? StartedAt,
    DateTimeOffset? EndedAt,
    DateTimeOffset Deadline,
    bool CancelRequested,
    OperationError? Error,
    IReadOnlyList<OperationStep> Steps,
    OperationOutcome? Outcome = null)
{
    public bool Ended => Status is OperationStatus.Succeeded or OperationStatus.Failed or OperationStatus.Canceled;
}

/// <summary>One step as people read it.</summary>
/// <param name="Attempts">How often it was tried, or for a watching step how often it looked.</param>
/// <param name="Detail">What came of it, in a sentence.</param>
public sealed record OperationStep(
    string Name,
    StepStatus Status,
    int Attempts,
    DateTimeOffset StartedAt,
    DateTimeOffset? EndedAt,
    DateTimeOffset Deadline,
    string? Detail,
    string? Error);

/// <summary>Why an operation failed.</summary>
/// <param name="LogTail">The last lines of the agent's own log, redacted; empty when it never ran.</param>
/// <param name="Cause">One of <see cref="Deployments.DiagnosisCause"/>; null where the target had no part in it.</param>
/// <param name="Evidence">What the cause was read from, redacted.</param>
/// <param name="Hint">What to do about it.</param>
public sealed record OperationError(
    string Step, string Message, IReadOnlyList<string> LogTail, string? Cause = null, IReadOnlyList<string>? Evidence = null, string? Hint = null);
