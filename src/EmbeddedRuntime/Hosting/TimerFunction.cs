namespace MultiAgentInfra.EmbeddedRuntime.Hosting;

/// <summary>A timer function with its schedule.</summary>
internal sealed record TimerFunction(FunctionDescriptor Function, CronSchedule Schedule)
{
    public TimerTriggerAttribute Trigger => Function.TimerTrigger!;
}
