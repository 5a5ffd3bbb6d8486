namespace MultiAgentInfra.Core.Operations;

/// <summary>The operation's cancel flag was seen: the step stops, and the orchestration undoes what was done.</summary>
public sealed class OperationCanceledByRequestException(Guid operationId)
    : NonRetryableException($"Operation {operationId} was cancelled.");
