namespace MultiAgentInfra.EmbeddedRuntime.Engine;

/// <summary>Something that an orchestrator asked for and that its turn's commit makes durable.</summary>
internal abstract record OrchestratorAction(int Id)
{
    public abstract HistoryEvent ToHistory();

    /// <summary>Whether a replay's request is the one that the history recorded.</summary>
    public virtual bool Matches(HistoryEvent recorded)
    {
        var own = ToHistory();
        return own.Kind == recorded.Kind && Id == recorded.TaskId && string.Equals(own.Name, recorded.Name, StringComparison.OrdinalIgnoreCase);
    }
}

internal sealed record ScheduleActivity(int Id, string Name, string Version, string? Input) : OrchestratorAction(Id)
{
    public override HistoryEvent ToHistory() => new(EventKind.TaskScheduled, Id, Name, Detail: Version);
}

internal sealed record StartTimer(int Id, DateTime FireAt) : OrchestratorAction(Id)
{
    public override HistoryEvent ToHistory() => new(EventKind.TimerCreated, Id, Time: FireAt);
}

internal sealed record StartSubOrchestration(int Id, string Name, string Version, string InstanceId, string? Input, IDictionary<string, string>? Tags)
    : OrchestratorAction(Id)
{
    public override HistoryEvent ToHistory() => new(EventKind.SubOrchestrationCreated, Id, Name, Detail: InstanceId);
}

internal sealed record SendEventTo(int Id, string InstanceId, string Name, string? Payload) : OrchestratorAction(Id)
{
    public override HistoryEvent ToHistory() => new(EventKind.EventSent, Id, Name, Detail: InstanceId);
}
