namespace MultiAgentInfra.EmbeddedRuntime.Engine;

/// <summary>An activity or orchestrator has ended the process each time it ran alone and is not run again; no retry policy retries it.</summary>
public sealed class PoisonedWorkException(string message) : Exception(message)
{
    internal static TaskFailureDetails For(string work, Suspect suspect)
    {
        var message = $"{work} ended the process {suspect.Deaths} times while it ran alone and is not run again; the last time by {suspect.Cause}.";
        return new TaskFailureDetails(typeof(PoisonedWorkException).ToString(), message, null, null, null);
    }
}
