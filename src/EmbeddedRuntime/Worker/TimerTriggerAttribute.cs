namespace MultiAgentInfra.EmbeddedRuntime;

/// <summary>Starts a function by a six-field NCRONTAB schedule in UTC, or by <c>%SETTING%</c> that names one.</summary>
public sealed class TimerTriggerAttribute(string schedule) : TriggerBindingAttribute
{
    /// <summary>The expression: second, minute, hour, day, month, day of week.</summary>
    public string Schedule { get; } = schedule;

    /// <summary>Whether the function also runs once when the host starts.</summary>
    public bool RunOnStartup { get; set; }

    /// <summary>Whether the function is told its schedule status.</summary>
    public bool UseMonitor { get; set; } = true;
}
