namespace MultiAgentInfra.EmbeddedRuntime.Engine;

/// <summary>Where the embedded engine keeps its database and how much it does at once.</summary>
public sealed class DurableEngineOptions
{
    /// <summary>The SQLite file; its folder must exist.</summary>
    public string DatabasePath { get; set; } = string.Empty;

    /// <summary>Activities at a time; ours mostly wait for processes and servers.</summary>
    public int MaxConcurrentActivities { get; set; } = 32;

    /// <summary>Orchestration turns at a time, most of which wait for their commit: the slower the disk, the more of them share one.</summary>
    public int MaxConcurrentTurns { get; set; } = 512;

    /// <summary>Orchestrations that are kept in memory between their turns; 0 replays each from its history at every turn.</summary>
    public int CachedOrchestrations { get; set; } = 256;

    /// <summary>How long a stop waits for activities before it leaves them; they run again at the next start.</summary>
    public TimeSpan StopTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>How long a start after a crash lets nothing run but one by one what was in flight; then the rest starts beside it.</summary>
    public TimeSpan SuspectTime { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Once it is cancelled, an activity that ends with an <see cref="OperationCanceledException"/> counts as interrupted: it runs
    /// again at the next start.</summary>
    public CancellationToken Stopping { get; set; }

    /// <summary>How inputs, outputs and events become text.</summary>
    public DataConverter DataConverter { get; set; } = JsonDataConverter.Default;

    /// <summary>The clock of timers and time stamps.</summary>
    public TimeProvider TimeProvider { get; set; } = TimeProvider.System;
}
