namespace MultiAgentInfra.EmbeddedRuntime.Engine;

/// <summary>A replay asked for something else than its history holds; the message names the expected and the actual step.</summary>
public sealed class NonDeterministicOrchestrationException(string message) : Exception(message)
{
    internal static NonDeterministicOrchestrationException For(TaskName orchestrator, string expected, string actual) =>
        new($"The orchestrator '{orchestrator}' did not replay its history: expected {expected}, actual {actual}. "
            + "Its code has changed since the instance started, or it uses a clock, random numbers, I/O or unordered collections.");
}
