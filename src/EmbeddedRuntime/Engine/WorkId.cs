namespace MultiAgentInfra.EmbeddedRuntime.Engine;

/// <summary>The numbers are stored: never renumber.</summary>
internal enum WorkKind
{
    Activity = 0,
    Turn = 1,
}

/// <summary>A piece of user code that the engine runs: an activity by its row in NewTasks, an orchestrator's turn by its execution.</summary>
internal readonly record struct WorkId(WorkKind Kind, long Id);
