namespace MultiAgentInfra.EmbeddedRuntime.Engine;

/// <summary>An orchestrator awaited a task that did not come from its context, so a replay could not repeat it.</summary>
public sealed class ForeignAwaitException(string message) : Exception(message)
{
    internal static ForeignAwaitException For(TaskName orchestrator) =>
        new($"The orchestrator '{orchestrator}' awaited a task that its TaskOrchestrationContext did not create, or used ConfigureAwait(false). "
            + "Await only durable tasks; do I/O, delays and background work in activities.");
}
