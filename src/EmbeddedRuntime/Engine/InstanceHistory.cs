namespace MultiAgentInfra.EmbeddedRuntime.Engine;

/// <summary>What is recorded of one execution of an instance, by itself: it replays without the engine's database.</summary>
public sealed record InstanceHistory
{
    public required string InstanceId { get; init; }

    /// <summary>The orchestrator's registered name.</summary>
    public required string Orchestrator { get; init; }

    /// <summary>The orchestrator's version; empty when it has none.</summary>
    public required string Version { get; init; }

    /// <summary>Where the instance stood when this was recorded.</summary>
    public required OrchestrationRuntimeStatus Status { get; init; }

    /// <summary>The serialised input.</summary>
    public string? Input { get; init; }

    /// <summary>The serialised output of an instance that has ended.</summary>
    public string? Output { get; init; }

    /// <summary>Why the instance failed, without stack traces.</summary>
    public TaskFailureDetails? Failure { get; init; }

    /// <summary>The orchestration that started this one.</summary>
    public ParentOrchestrationInstance? Parent { get; init; }

    public IReadOnlyDictionary<string, string>? Tags { get; init; }

    internal IReadOnlyList<HistoryEvent> Events { get; init; } = [];

    internal bool IsFinished =>
        Status is OrchestrationRuntimeStatus.Completed or OrchestrationRuntimeStatus.Failed or OrchestrationRuntimeStatus.Terminated;

    internal static InstanceHistory Of(StoredInstance instance, IReadOnlyList<HistoryEvent> events) => new()
    {
        InstanceId = instance.InstanceId,
        Orchestrator = instance.Name,
        Version = instance.Detail.Version,
        Status = instance.Status,
        Input = instance.Input,
        Output = instance.Output,
        Failure = instance.Failure is null ? null : WithoutStackTraces(FailureText.Parse(instance.Failure)),
        Parent = instance.Detail.Parent is { } parent ? new ParentOrchestrationInstance(parent.Name, parent.InstanceId) : null,
        Tags = instance.Detail.Tags is { Count: > 0 } tags ? tags : null,
        Events = events,
    };

    // They are of no use to a replay, differ from one machine to the next and name its folders.
    internal static TaskFailureDetails WithoutStackTraces(TaskFailureDetails failure) =>
        failure with { StackTrace = null, InnerFailure = failure.InnerFailure is { } inner ? WithoutStackTraces(inner) : null };

    /// <summary>The start as it is recorded; the file holds its parts once, in its head.</summary>
    internal HistoryEvent Start()
    {
        var parent = Parent is null ? null : new ParentLink(Parent.Name, Parent.InstanceId, 0, 0);
        return new HistoryEvent(EventKind.ExecutionStarted, Name: Orchestrator, Payload: Input, Detail: new StartDetail(Version, parent, Tags).ToJson());
    }
}
