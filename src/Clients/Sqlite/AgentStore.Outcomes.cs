using Dapper;
using Microsoft.Data.Sqlite;
using MultiAgentInfra.Core.Agents;
using MultiAgentInfra.Core.Deployments;
using MultiAgentInfra.Core.Images;
using MultiAgentInfra.Core.Operations;

namespace MultiAgentInfra.Clients.Sqlite;

// How operations end: each is one transaction over the operation and its agent, and does nothing the second time.
public sealed partial class AgentStore
{
    /// <summary>Notes where the agent answers, what runs there, and what its scan said.</summary>
    public Task SetEndpointAsync(Guid agentId, Uri url, Digest image, ScanVerdict? scan, CancellationToken cancellationToken) => database.WriteAsync(
        db =>
        {
            db.Execute(
                """
                UPDATE agents SET url = @url, image = @image, scan = @scan, version = version + 1, updated_at = @now
                WHERE id = @agentId AND status <> 'Deleted'
                """,
                new
                {
                    agentId = agentId.ToString(),
                    url = url.AbsoluteUri,
                    image = image.Value,
                    scan = StoredJson.Write(scan),
                    now = database.Now.ToUnixTimeMilliseconds(),
                });
        },
        cancellationToken);

    /// <summary>The deployment has succeeded: the agent runs, unless it is being deleted meanwhile.</summary>
    /// <param name="revision">What runs; null for the newest.</param>
    public Task CompleteDeploymentAsync(Guid operationId, Guid agentId, Digest image, int? revision, CancellationToken cancellationToken) => database.WriteAsync(
        db =>
        {
            if (!db.EndOperation(operationId, OperationStatus.Succeeded, null, database.Now))
                return;
            RuntimeImageStore.Release(db, operationId, null);
            if (db.MoveAgent(agentId, AgentEvent.DeploymentSucceeded, database.Now) is null)
                return;
            db.Execute(
                """
                UPDATE agents SET image = @image, running_revision = COALESCE(@revision, revision) WHERE id = @agentId;
                UPDATE revisions SET image = @image WHERE agent_id = @agentId AND number = (SELECT running_revision FROM agents WHERE id = @agentId);
                """,
                new { agentId = agentId.ToString(), image = image.Value, revision });
            PlacementStore.Settle(db, agentId);
        },
        cancellationToken);

    /// <summary>The deployment has failed or was cancelled; what it was building is no longer claimed.</summary>
    /// <param name="ending">How it ended, and whether what ran before runs.</param>
    public Task FailDeploymentAsync(FailDeployment ending, CancellationToken cancellationToken)
    {
        if (ending.Status is not (OperationStatus.Failed or OperationStatus.Canceled))
            throw new ArgumentException($"A deployment does not fail as {ending.Status}.", nameof(ending));
        return database.WriteAsync(
            db =>
            {
                if (!db.EndOperation(ending.OperationId, ending.Status, ending.Error, database.Now, ending.Outcome))
                    return;
                // Somebody's cancellation is no reason for others to fail.
                RuntimeImageStore.Release(db, ending.OperationId, ending.Status == OperationStatus.Failed ? ending.Error.Message : null);
                if (ending.Outcome is not null)
                    db.Execute("UPDATE revisions SET attempts = attempts + 1 WHERE agent_id = @id AND number = (SELECT running_revision FROM agents WHERE id = @id)", new { id = ending.AgentId.ToString() });
                var runs = ending.StillRuns && db.FindAgent(ending.AgentId)?.RunningRevision is not null;
                if (db.MoveAgent(ending.AgentId, runs ? AgentEvent.DeploymentReverted : AgentEvent.DeploymentFailed, database.Now) is null)
                    return;
                if (runs)
                    PlacementStore.Settle(db, ending.AgentId);
                else
                    ForgetEndpoint(db, ending.AgentId);
            },
            cancellationToken);
    }

    /// <summary>The agent is stopped: nothing of it runs, and nothing looks after it.</summary>
    public Task CompleteStopAsync(Guid operationId, Guid agentId, CancellationToken cancellationToken) => database.WriteAsync(
        db =>
        {
            if (db.EndOperation(operationId, OperationStatus.Succeeded, null, database.Now)
                && db.MoveAgent(agentId, AgentEvent.StopSucceeded, database.Now) is not null)
            {
                ForgetEndpoint(db, agentId);
            }
        },
        cancellationToken);

    /// <summary>The stop has failed or was cancelled: the agent runs on, and is watched again unless it is being deleted.</summary>
    public Task FailStopAsync(Guid operationId, Guid agentId, OperationStatus status, OperationError error, CancellationToken cancellationToken) => database.WriteAsync(
        db =>
        {
            if (!db.EndOperation(operationId, status, error, database.Now))
                return;
            if (db.MoveAgent(agentId, AgentEvent.StopFailed, database.Now) == AgentStatus.Running)
                db.Execute("INSERT OR IGNORE INTO monitors (agent_id, url) SELECT id, url FROM agents WHERE id = @id AND url IS NOT NULL", new { id = agentId.ToString() });
        },
        cancellationToken);

    /// <summary>The agent is gone: only a tombstone stays, and nothing of its content in the file.</summary>
    public async Task CompleteDeletionAsync(Guid operationId, Guid agentId, CancellationToken cancellationToken)
    {
        await database.WriteAsync(
            db =>
            {
                if (!db.EndOperation(operationId, OperationStatus.Succeeded, null, database.Now))
                    return;
                if (db.MoveAgent(agentId, AgentEvent.DeletionSucceeded, database.Now) is not null)
                    Wipe(db, agentId);
            },
            cancellationToken).ConfigureAwait(false);
        await database.TruncateLogAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>The deletion has failed: the agent can be deleted again.</summary>
    public Task FailDeletionAsync(Guid operationId, Guid agentId, OperationError error, CancellationToken cancellationToken) => database.WriteAsync(
        db =>
        {
            if (db.EndOperation(operationId, OperationStatus.Failed, error, database.Now))
                db.MoveAgent(agentId, AgentEvent.DeletionFailed, database.Now);
        },
        cancellationToken);

    // Whoever gets the port next must not be taken for this agent.
    private static void ForgetEndpoint(SqliteConnection db, Guid agentId) => db.Execute(
        """
        DELETE FROM monitors WHERE agent_id = @id;
        UPDATE agents SET url = NULL, image = NULL, running_revision = NULL WHERE id = @id;
        """,
        new { id = agentId.ToString() });

    private static void Wipe(SqliteConnection db, Guid agentId) => db.Execute(
        """
        DELETE FROM secrets WHERE agent_id = @id;
        DELETE FROM revisions WHERE agent_id = @id;
        DELETE FROM monitors WHERE agent_id = @id;
        -- The key stays until its time: a late repetition of the first request must not make a second agent.
        UPDATE idempotent_requests SET body = json_set(body, '$.warnings', json('[]')) WHERE agent_id = @id;
        DELETE FROM operation_log WHERE operation_id IN (SELECT id FROM operations WHERE agent_id = @id);
        -- The agent's own output may quote its conversations.
        UPDATE operations SET error = json_set(json_remove(error, '$.evidence'), '$.logTail', json('[]')) WHERE agent_id = @id AND error IS NOT NULL;
        UPDATE agents SET name = '', warnings = '[]', url = NULL, image = NULL, running_revision = NULL, scan = NULL WHERE id = @id;
        """,
        new { id = agentId.ToString() });
}
