using System.Globalization;
using Microsoft.Extensions.Logging;
using MultiAgentInfra.Clients.Sqlite;
using MultiAgentInfra.Clients.Targets;
using MultiAgentInfra.Core.Operations;

namespace MultiAgentInfra.Functions.Maintenance;

/// <summary>Proves that every operation ends: one that has passed its deadline, and one whose orchestration ended without it.</summary>
public sealed partial class OperationSweeper(OperationStore operations, AgentStore agents, IAgentTarget target, TimeProvider time, ILogger<OperationSweeper> logger)
{
    public async Task SweepAsync(DurableTaskClient client, CancellationToken cancellationToken)
    {
        foreach (var operation in await operations.ListActiveAsync(cancellationToken))
        {
            if (operation.Deadline < time.GetUtcNow())
            {
                // First: an orchestration that still ran could put up again what the owner sees as failed.
                await TerminateAsync(client, operation.InstanceId, cancellationToken);
                await FailAsync(operation, $"The operation did not end before its deadline {operation.Deadline:u} and was stopped.", cancellationToken);
            }
            else if (operation.Status == OperationStatus.Running
                && await client.GetInstanceAsync(operation.InstanceId, getInputsAndOutputs: true, cancellationToken) is { IsCompleted: true } instance)
            {
                var failure = instance.FailureDetails?.ErrorMessage ?? "no cause is known";
                await FailAsync(operation, $"The orchestration ended as {instance.RuntimeStatus} without ending its operation ({failure}).", cancellationToken);
            }
        }
    }

    private static async Task TerminateAsync(DurableTaskClient client, string instanceId, CancellationToken cancellationToken)
    {
        // An instance that never started, was purged or has ended leaves nothing to terminate, and the hosts refuse each in their own way.
        if (await client.GetInstanceAsync(instanceId, cancellationToken) is { IsCompleted: false })
            await client.TerminateInstanceAsync(instanceId, new TerminateInstanceOptions { Recursive = true }, cancellationToken);
    }

    private async Task FailAsync(Operation operation, FormattableString reason, CancellationToken cancellationToken)
    {
        var message = reason.ToString(CultureInfo.InvariantCulture);
        Log.Ended(logger, operation.Kind, operation.Id, message);
        var step = operation.Steps.LastOrDefault(step => step.Status == StepStatus.Running)?.Name ?? "operation";
        var error = new OperationError(step, message, []);
        await (operation.Kind switch
        {
            OperationKind.Delete => agents.FailDeletionAsync(operation.Id, operation.AgentId, error, cancellationToken),
            OperationKind.Stop => agents.FailStopAsync(operation.Id, operation.AgentId, OperationStatus.Failed, error, cancellationToken),
            _ => FailDeploymentAsync(operation, error, cancellationToken),
        });
    }

    /// <summary>The agent runs when what ran before the operation is seen to run. Anything else that there is of it is told to stop: nobody would look after it.</summary>
    private async Task FailDeploymentAsync(Operation operation, OperationError error, CancellationToken cancellationToken)
    {
        var before = (await agents.FindAsync(operation.AgentId, cancellationToken))?.RunningRevision;
        var runs = before is not null;
        try
        {
            var state = await target.InspectAsync(operation.AgentId, cancellationToken);
            runs &= state is AgentState.Running running && running.Launch.Revision == before;
            if (!runs && !state.IsGone)
                await target.SignalStopAsync(operation.AgentId, kill: false, cancellationToken);
        }
        // What cannot be seen for the moment is left to the health poller, which goes on to look.
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            Log.NotSeen(logger, operation.AgentId, exception.Message);
        }

        var message = runs ? $"{error.Message} Revision {before} still runs." : error.Message;
        await agents.FailDeploymentAsync(new(operation.Id, operation.AgentId, OperationStatus.Failed, error with { Message = message }, StillRuns: runs), cancellationToken);
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Error, "{kind} operation {operationId} is ended as failed: {reason}")]
        public static partial void Ended(ILogger logger, OperationKind kind, Guid operationId, string reason);

        [LoggerMessage(2, LogLevel.Warning, "Agent {agentId} cannot be looked at: {reason}")]
        public static partial void NotSeen(ILogger logger, Guid agentId, string reason);
    }
}
