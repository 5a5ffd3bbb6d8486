namespace MultiAgentInfra.EmbeddedRuntime;

/// <summary>What a timer function learns about the tick that started it.</summary>
public class TimerInfo
{
    /// <summary>The schedule's state; null when the trigger has <c>UseMonitor</c> off.</summary>
    public ScheduleStatus? ScheduleStatus { get; set; }

    /// <summary>Whether this tick runs late because the previous run was still on.</summary>
    public bool IsPastDue { get; set; }
}

/// <summary>The ticks around a timer's run, in UTC.</summary>
public class ScheduleStatus
{
    /// <summary>The tick before this one; the default value on the first run.</summary>
    public DateTime Last { get; set; }

    /// <summary>The tick expected after this one.</summary>
    public DateTime Next { get; set; }

    /// <summary>When this status was written.</summary>
    public DateTime LastUpdated { get; set; }
}
