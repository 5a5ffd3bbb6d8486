using MultiAgentInfra.Clients.Attestations;
using MultiAgentInfra.Clients.Sqlite;
using MultiAgentInfra.Core;

namespace MultiAgentInfra.Activities.Builds;

/// <summary>When an operation built, as its steps say: a step that runs again says the same.</summary>
internal static class BuildRuns
{
    public static async Task<RunDetails> ReadRunAsync(
        this OperationStore operations, Guid operationId, string builder, string firstStep, string lastStep, CancellationToken cancellationToken)
    {
        var operation = await operations.FindAsync(operationId, cancellationToken)
            ?? throw new NonRetryableException($"The operation {operationId} does not exist.");
        var first = operation.Steps.FirstOrDefault(step => step.Name == firstStep);
        var last = operation.Steps.FirstOrDefault(step => step.Name == lastStep);
        var started = first?.StartedAt ?? operation.CreatedAt;
        return RunDetails.Of(builder, operationId, started, last?.EndedAt ?? last?.StartedAt ?? started);
    }
}
