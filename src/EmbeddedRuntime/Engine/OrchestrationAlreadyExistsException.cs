namespace MultiAgentInfra.EmbeddedRuntime.Engine;

/// <summary>The instance id is taken by an orchestration that may not be replaced.</summary>
public sealed class OrchestrationAlreadyExistsException(string message) : InvalidOperationException(message)
{
    internal static OrchestrationAlreadyExistsException For(string instanceId, OrchestrationRuntimeStatus status) =>
        new($"An orchestration with the id '{instanceId}' already exists, with status {status}.");
}
