using System.Text.Json;
using Microsoft.Extensions.Logging;
using MultiAgentInfra.Clients.Sqlite;
using MultiAgentInfra.Core.Deployments;
using MultiAgentInfra.Core.Operations;

namespace MultiAgentInfra.Functions.Maintenance;

/// <summary>Starts the orchestrations that transactions have ordered: at least once here, and once in effect by their instance ids.</summary>
public sealed partial class OutboxDispatcher(OutboxStore outbox, OperationStore operations, ILogger<OutboxDispatcher> logger)
{
    private const int MostAtOnce = 100;

    /// <summary>Starts what waits. Never throws for an orchestration that cannot be started: it stays in the outbox for the next call.</summary>
    public async Task DispatchAsync(DurableTaskClient client, CancellationToken cancellationToken)
    {
        foreach (var entry in await outbox.ListAsync(MostAtOnce, cancellationToken))
        {
            try
            {
                await StartAsync(client, entry, cancellationToken);
                await outbox.DeleteAsync(entry.InstanceId, cancellationToken);
            }
            // One that cannot be started must not hold up the others, nor fail the request whose row is committed.
            catch (Exception exception) when (exception is not OperationCanceledException)
            {
                Log.NotStarted(logger, entry.InstanceId, exception);
            }
        }
    }

    private async Task StartAsync(DurableTaskClient client, OutboxEntry entry, CancellationToken cancellationToken)
    {
        // The row outlives a purged instance: an operation that has begun is never started again.
        if (await operations.FindAsync(entry.OperationId, cancellationToken) is not { Status: OperationStatus.NotStarted }
            || await client.GetInstanceAsync(entry.InstanceId, cancellationToken) is not null)
        {
            return;
        }

        // By default Durable Functions runs a finished instance again when its id is started a second time.
        var options = new StartOrchestrationOptions { InstanceId = entry.InstanceId }
            .WithDedupeStatuses([.. StartOrchestrationOptionsExtensions.ValidDedupeStatuses]);
        try
        {
            await client.ScheduleNewOrchestrationInstanceAsync(new TaskName(entry.Orchestrator), InputOf(entry), options, cancellationToken);
            Log.Started(logger, entry.InstanceId);
        }
        // The two hosts refuse a known id with different exceptions; that the instance is there is what counts.
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            if (await client.GetInstanceAsync(entry.InstanceId, cancellationToken) is null)
                throw;
        }
    }

    private static object? InputOf(OutboxEntry entry) => entry.Orchestrator switch
    {
        OutboxEntry.DeployOrchestrator => JsonSerializer.Deserialize<DeployAgent>(entry.InputJson),
        OutboxEntry.StopOrchestrator => JsonSerializer.Deserialize<HaltAgent>(entry.InputJson),
        OutboxEntry.DeleteOrchestrator => JsonSerializer.Deserialize<DeleteAgent>(entry.InputJson),
        _ => throw new InvalidOperationException($"The outbox names an unknown orchestrator '{entry.Orchestrator}'."),
    };

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Information, "Started {instanceId}")]
        public static partial void Started(ILogger logger, string instanceId);

        [LoggerMessage(2, LogLevel.Warning, "{instanceId} could not be started and stays in the outbox")]
        public static partial void NotStarted(ILogger logger, string instanceId, Exception exception);
    }
}
