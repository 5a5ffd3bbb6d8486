using System.Globalization;
using Microsoft.Extensions.Logging;
using MultiAgentInfra.Clients.Sqlite;
using MultiAgentInfra.Core.Operations;

namespace MultiAgentInfra.Functions.Maintenance;

/// <summary>Ends every operation that has passed its deadline, whatever state its orchestration is in.</summary>
public sealed partial class OperationSweeper(OperationStore operations, AgentStore agents, TimeProvider time, ILogger<OperationSweeper> logger)
{
    public async Task SweepAsync(DurableTaskClient client, CancellationToken cancellationToken)
    {
        foreach (var operation in await operations.ListOverdueAsync(time.GetUtcNow(), cancellationToken))
        {
            Log.Overdue(logger, operation.Kind, operation.Id, operation.Deadline);
            // First: an orchestration that still ran could put up again what the owner sees as failed.
            await TerminateAsync(client, operation.InstanceId, cancellationToken);
            await FailAsync(operation, cancellationToken);
        }
    }

    private static async Task TerminateAsync(DurableTaskClient client, string instanceId, CancellationToken cancellationToken)
    {
        // An instance that never started, was purged or has ended leaves nothing to terminate, and the hosts refuse each in their own way.
        if (await client.GetInstanceAsync(instanceId, cancellationToken) is { IsCompleted: false })
            await client.TerminateInstanceAsync(instanceId, new TerminateInstanceOptions { Recursive = true }, cancellationToken);
    }

    private Task FailAsync(Operation operation, CancellationToken cancellationToken)
    {
        var step = operation.Steps.LastOrDefault(step => step.Status == StepStatus.Running)?.Name ?? "operation";
        var error = new OperationError(
            step,
            string.Create(CultureInfo.InvariantCulture, $"The operation did not end before its deadline {operation.Deadline:u} and was stopped."),
            []);
        return operation.Kind == OperationKind.Deploy
            ? agents.FailDeploymentAsync(operation.Id, operation.AgentId, OperationStatus.Failed, error, cancellationToken)
            : agents.FailDeletionAsync(operation.Id, operation.AgentId, error, cancellationToken);
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Error, "{kind} operation {operationId} has passed its deadline {deadline} and is ended as failed")]
        public static partial void Overdue(ILogger logger, OperationKind kind, Guid operationId, DateTimeOffset deadline);
    }
}
