namespace MultiAgentInfra.EmbeddedRuntime.Engine;

/// <summary>What a commit has made due outside the database.</summary>
internal sealed class TurnEffects
{
    public List<PendingEvent> Deliveries { get; } = [];

    /// <summary>The start of the next execution and the events it inherits: they come before what arrived since.</summary>
    public List<PendingEvent> NextExecution { get; } = [];

    public List<PendingTimer> Timers { get; } = [];

    public List<long> CancelledInboxRows { get; } = [];

    public List<PendingActivity> Activities { get; } = [];

    /// <summary>The instances whose status has changed, or that are new or gone.</summary>
    public List<string> Changed { get; } = [];
}
