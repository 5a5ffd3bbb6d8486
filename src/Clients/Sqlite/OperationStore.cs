using Dapper;
using Microsoft.Data.Sqlite;
using MultiAgentInfra.Core.Agents;
using MultiAgentInfra.Core.Operations;

namespace MultiAgentInfra.Clients.Sqlite;

/// <summary>Operations and their steps; how they end is in <see cref="AgentStore"/>, together with their agent.</summary>
public sealed class OperationStore(ControlDatabase database)
{
    /// <summary>The operation as its owner sees it; null for a stranger.</summary>
    public Task<Operation?> GetAsync(Guid organizationId, Guid id, CancellationToken cancellationToken) => database.ReadAsync(
        db => db.FindOperation(id) is { } operation && operation.OrganizationId == organizationId ? operation : null,
        cancellationToken);

    /// <summary>The operation, whoever owns it.</summary>
    public Task<Operation?> FindAsync(Guid id, CancellationToken cancellationToken) => database.ReadAsync(db => db.FindOperation(id), cancellationToken);

    /// <summary>Marks the operation as running, and the agent of a deployment as deploying.</summary>
    /// <returns>False when there is nothing to do: the operation has ended, or its agent is being deleted and the operation ends here as cancelled.</returns>
    public Task<bool> StartAsync(Guid id, CancellationToken cancellationToken) => database.WriteAsync(
        db =>
        {
            if (db.FindOperation(id) is not { Ended: false } operation)
                return false;
            if (operation.Status == OperationStatus.Running)
                return true;
            if (!MayStart(db, operation))
            {
                db.EndOperation(id, OperationStatus.Canceled, new("validate", "The agent is being deleted.", []), database.Now);
                return false;
            }
            db.Execute(
                "UPDATE operations SET status = 'Running', started_at = @now WHERE id = @id",
                new { id = id.ToString(), now = database.Now.ToUnixTimeMilliseconds() });
            return true;
        },
        cancellationToken);

    /// <summary>Another attempt of the step begins; the step keeps the start of its first one.</summary>
    public Task BeginStepAsync(Guid id, string step, DateTimeOffset deadline, CancellationToken cancellationToken) => database.WriteAsync(
        db =>
        {
            db.Execute(
                """
                INSERT INTO operation_steps (operation_id, name, status, attempts, started_at, deadline) VALUES (@id, @step, 'Running', 1, @now, @deadline)
                ON CONFLICT (operation_id, name) DO UPDATE
                SET status = 'Running', attempts = attempts + 1, ended_at = NULL, deadline = @deadline, error = NULL
                """,
                new { id = id.ToString(), step, now = database.Now.ToUnixTimeMilliseconds(), deadline = deadline.ToUnixTimeMilliseconds() });
        },
        cancellationToken);

    /// <summary>The step goes on; <paramref name="detail"/> says how far it is.</summary>
    public Task UpdateStepAsync(Guid id, string step, string? detail, CancellationToken cancellationToken) => database.WriteAsync(
        db =>
        {
            db.Execute(
                // Nothing is written, and no disk is waited for, while hundreds wait for the same build.
                "UPDATE operation_steps SET detail = @detail WHERE operation_id = @id AND name = @step AND status = 'Running' AND detail IS NOT @detail",
                new { id = id.ToString(), step, detail });
        },
        cancellationToken);

    public Task SucceedStepAsync(Guid id, string step, string? detail, CancellationToken cancellationToken) =>
        EndStepAsync(id, step, StepStatus.Succeeded, detail, null, cancellationToken);

    public Task FailStepAsync(Guid id, string step, string error, CancellationToken cancellationToken) =>
        EndStepAsync(id, step, StepStatus.Failed, null, error, cancellationToken);

    /// <summary>Whether the operation is to stop: it was cancelled, or has ended without its steps; false for an unknown one.</summary>
    public Task<bool> IsToStopAsync(Guid id, CancellationToken cancellationToken) => database.ReadAsync(
        db => db.ExecuteScalar<bool>("SELECT cancel_requested OR ended_at IS NOT NULL FROM operations WHERE id = @id", new { id = id.ToString() }),
        cancellationToken);

    /// <summary>Asks every other operation of the agent that has not ended to stop.</summary>
    /// <returns>How many of them there still are.</returns>
    public Task<int> RequestCancelAsync(Guid agentId, Guid exceptOperationId, CancellationToken cancellationToken) => database.WriteAsync(
        db => db.Execute(
            "UPDATE operations SET cancel_requested = 1 WHERE agent_id = @agentId AND id <> @exceptOperationId AND ended_at IS NULL",
            new { agentId = agentId.ToString(), exceptOperationId = exceptOperationId.ToString() }),
        cancellationToken);

    /// <summary>The operations that have not ended, the nearest deadline first.</summary>
    public Task<IReadOnlyList<Operation>> ListActiveAsync(CancellationToken cancellationToken) => database.ReadAsync(
        db => db.QueryOperations("WHERE ended_at IS NULL ORDER BY deadline", new { }),
        cancellationToken);

    /// <summary>Whether the operation has ended; true for an unknown one, which nobody may go on with.</summary>
    public Task<bool> HasEndedAsync(Guid id, CancellationToken cancellationToken) => database.ReadAsync(
        db => db.ExecuteScalar<bool>(
            "SELECT NOT EXISTS (SELECT 1 FROM operations WHERE id = @id AND ended_at IS NULL)",
            new { id = id.ToString() }),
        cancellationToken);

    private bool MayStart(SqliteConnection db, Operation operation) => operation.Kind switch
    {
        OperationKind.Delete => true,
        OperationKind.Stop => db.FindAgent(operation.AgentId)?.Status == AgentStatus.Stopping,
        _ => db.MoveAgent(operation.AgentId, AgentEvent.DeploymentStarted, database.Now) is not null,
    };

    private Task EndStepAsync(
        Guid id, string step, StepStatus status, string? detail, string? error, CancellationToken cancellationToken) => database.WriteAsync(
        db =>
        {
            db.Execute(
                """
                UPDATE operation_steps SET status = @status, ended_at = @now, detail = COALESCE(@detail, detail), error = @error
                WHERE operation_id = @id AND name = @step AND status = 'Running'
                """,
                new { id = id.ToString(), step, status = status.ToString(), detail, error, now = database.Now.ToUnixTimeMilliseconds() });
        },
        cancellationToken);
}
