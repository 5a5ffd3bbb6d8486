using Dapper;
using Microsoft.Data.Sqlite;
using MultiAgentInfra.Clients.Keys;
using MultiAgentInfra.Core.Agents;
using MultiAgentInfra.Core.Deployments;
using MultiAgentInfra.Core.Operations;

namespace MultiAgentInfra.Clients.Sqlite;

/// <summary>The agents: what their owners ask for here, how it ends in the other part.</summary>
public sealed partial class AgentStore(ControlDatabase database, SecretBox secrets)
{
    /// <summary>Stores the agent with its first revision, sealed secrets and queued deployment, or answers as the same request was answered before.</summary>
    public Task<CreateResult> CreateAsync(NewAgent agent, IdempotentRequest? request, CancellationToken cancellationToken)
    {
        var secretRows = SecretStore.Seal(secrets, agent.Id, agent.Secrets);
        return database.WriteAsync(
            db =>
            {
                var now = database.Now;
                if (request is not null && db.FindAnswer(agent.OrganizationId, request, now) is { } earlier)
                    return earlier;
                if (db.IsHostTaken(agent.Id, agent.Deployment?.Host))
                    return new CreateResult.HostTaken();
                var operation = NewDeployment(OperationKind.Deploy, agent.Id, agent.OrganizationId, 1, 1, now, out var start);
                var stored = Queued(agent, operation.Id, now);
                db.InsertAgent(stored);
                db.InsertRevision(RevisionOf(agent, 1), now);
                SecretStore.Insert(db, secretRows, 1);
                db.InsertOperation(operation, start);
                var response = request?.Respond(stored, operation);
                if (request is not null && response is not null)
                    db.InsertAnswer(agent.OrganizationId, agent.Id, request, response, now);
                return new CreateResult.Created(stored, operation, response);
            },
            cancellationToken);
    }

    /// <summary>Whether another agent, of anybody's, has the host name that the agent asks for.</summary>
    public Task<bool> IsHostTakenAsync(NewAgent agent, CancellationToken cancellationToken) =>
        database.ReadAsync(db => db.IsHostTaken(agent.Id, agent.Deployment?.Host), cancellationToken);

    /// <summary>The agent as its owner sees it; null for a stranger and when it is deleted.</summary>
    public Task<Agent?> GetAsync(Guid organizationId, Guid id, CancellationToken cancellationToken) =>
        database.ReadAsync(db => FindOwned(db, organizationId, id), cancellationToken);

    /// <summary>The agent, whoever owns it, even when only its tombstone is left.</summary>
    public Task<Agent?> FindAsync(Guid id, CancellationToken cancellationToken) => database.ReadAsync(db => db.FindAgent(id), cancellationToken);

    /// <summary>A page of the organization's agents, newest first.</summary>
    /// <param name="cursor">The <see cref="AgentPage.NextCursor"/> of the page before; null for the first page.</param>
    /// <returns>Null when the cursor is none that this organization was given.</returns>
    public Task<AgentPage?> ListAsync(Guid organizationId, string? cursor, int limit, CancellationToken cancellationToken) => database.ReadAsync(
        db =>
        {
            var before = cursor is null ? long.MaxValue : SequenceOf(db, organizationId, cursor);
            if (before is null)
                return null;
            var agents = db.QueryAgents(
                "WHERE a.organization_id = @organizationId AND a.sequence < @before AND a.status <> 'Deleted' ORDER BY a.sequence DESC LIMIT @count",
                new { organizationId = organizationId.ToString(), before, count = limit + 1 }).ToList();
            return agents.Count <= limit
                ? new AgentPage(agents, null)
                : new AgentPage(agents[..limit], Convert.ToHexStringLower(agents[limit - 1].Id.ToByteArray()));
        },
        cancellationToken);

    public Task<AgentRevision?> GetRevisionAsync(Guid agentId, int revision, CancellationToken cancellationToken) =>
        database.ReadAsync(db => db.FindRevision(agentId, revision), cancellationToken);

    /// <summary>The agents that should run on the target.</summary>
    public Task<IReadOnlyList<Agent>> ListRunningAsync(string target, CancellationToken cancellationToken) => database.ReadAsync<IReadOnlyList<Agent>>(
        db => [.. db.QueryAgents("WHERE a.target = @target AND a.status = 'Running' ORDER BY a.sequence", new { target })],
        cancellationToken);

    /// <summary>Queues the deletion of the agent, or answers with the one that runs.</summary>
    /// <param name="expectedVersion">The version that the caller saw; null where any will do.</param>
    public Task<DeletionResult> RequestDeletionAsync(Guid organizationId, Guid id, long? expectedVersion, CancellationToken cancellationToken) =>
        database.WriteAsync<DeletionResult>(
            db =>
            {
                if (FindOwned(db, organizationId, id) is not { } agent)
                    return new DeletionResult.NotFound();
                // Before the version: the caller's own first request has changed it.
                if (agent.Status == AgentStatus.Deleting)
                    return new DeletionResult.Accepted(agent, db.FindOperation(agent.OperationId)!);
                if (expectedVersion is { } expected && expected != agent.Version)
                    return new DeletionResult.VersionMismatch(agent.Version);
                var operation = NewDeletion(db, agent, database.Now, out var start);
                return new DeletionResult.Accepted(Queue(db, agent, AgentEvent.DeletionRequested, operation, start)!, operation);
            },
            cancellationToken);

    /// <summary>Queues another deployment of what runs, or of the newest revision where nothing does.</summary>
    /// <returns>Null where the agent's state forbids it.</returns>
    public Task<Operation?> RequestRedeploymentAsync(Guid agentId, CancellationToken cancellationToken) => database.WriteAsync(
        db => db.FindAgent(agentId) is { } agent ? QueueDeployment(db, agent, OperationKind.Deploy, agent.RunningRevision ?? agent.Revision)?.Operation : null,
        cancellationToken);

    /// <summary>Forgets the answers to idempotent requests after 24 hours, the lines of builds after 30 days, and what a busy moment kept in the
    /// write-ahead log.</summary>
    /// <returns>How many answers there were.</returns>
    public async Task<int> PurgeAsync(CancellationToken cancellationToken)
    {
        var purged = await database.WriteAsync(
            db =>
            {
                OperationLogStore.Purge(db, database.Now);
                return db.DeleteOldAnswers(database.Now);
            },
            cancellationToken).ConfigureAwait(false);
        await database.TruncateLogAsync(cancellationToken).ConfigureAwait(false);
        return purged;
    }

    private static Agent? FindOwned(SqliteConnection db, Guid organizationId, Guid id) =>
        db.FindAgent(id) is { } agent && agent.OrganizationId == organizationId && agent.Status != AgentStatus.Deleted ? agent : null;

    private static long? SequenceOf(SqliteConnection db, Guid organizationId, string cursor)
    {
        var bytes = new byte[16];
        if (cursor.Length != 32 || Convert.FromHexString(cursor, bytes, out _, out _) != System.Buffers.OperationStatus.Done)
            return null;
        return db.QuerySingleOrDefault<long?>(
            "SELECT sequence FROM agents WHERE id = @id AND organization_id = @organizationId",
            new { id = new Guid(bytes).ToString(), organizationId = organizationId.ToString() });
    }

    private static Agent? Queue(SqliteConnection db, Agent agent, AgentEvent happened, Operation operation, OutboxEntry start)
    {
        if (db.MoveAgent(agent.Id, happened, operation.CreatedAt) is null)
            return null;
        db.InsertOperation(operation, start);
        db.Execute(
            "UPDATE agents SET operation_id = @operationId, attempt = @Attempt WHERE id = @id",
            new { id = agent.Id.ToString(), operationId = operation.Id.ToString(), agent.Attempt });
        return db.FindAgent(agent.Id);
    }

    private static Operation NewDeployment(
        OperationKind kind, Guid agentId, Guid organizationId, int revision, int attempt, DateTimeOffset now, out OutboxEntry start)
    {
        var input = new DeployAgent(agentId, Guid.CreateVersion7(now), revision, attempt);
        start = OutboxEntry.Of(input);
        return NewOperation(input.OperationId, organizationId, agentId, kind, input.InstanceId, now, now + StepBudgets.Deployment);
    }

    private static Operation NewDeletion(SqliteConnection db, Agent agent, DateTimeOffset now, out OutboxEntry start)
    {
        var input = new DeleteAgent(agent.Id, Guid.CreateVersion7(now), CountOf(db, agent.Id, OperationKind.Delete) + 1);
        start = OutboxEntry.Of(input);
        return NewOperation(input.OperationId, agent.OrganizationId, agent.Id, OperationKind.Delete, input.InstanceId, now, now + StepBudgets.Deletion);
    }

    private static int CountOf(SqliteConnection db, Guid agentId, OperationKind kind) => db.ExecuteScalar<int>(
        "SELECT COUNT(*) FROM operations WHERE agent_id = @id AND kind = @kind", new { id = agentId.ToString(), kind = kind.ToString() });

    private static AgentRevision RevisionOf(NewAgent agent, int number) =>
        new(agent.Id, number, agent.CharacterJson, agent.Plugins, agent.Knowledge, agent.Environment, agent.Resources, agent.Deployment);

    private static Operation NewOperation(
        Guid id, Guid organizationId, Guid agentId, OperationKind kind, string instanceId, DateTimeOffset now, DateTimeOffset deadline) =>
        new(id, organizationId, agentId, kind, instanceId, OperationStatus.NotStarted, now, null, null, deadline, false, null, []);

    private static Agent Queued(NewAgent agent, Guid operationId, DateTimeOffset now) => new()
    {
        Id = agent.Id,
        OrganizationId = agent.OrganizationId,
        Name = agent.Name,
        Status = AgentStatus.Queued,
        Target = agent.Target,
        Revision = 1,
        Attempt = 1,
        Version = 1,
        OperationId = operationId,
        Warnings = agent.Warnings,
        CreatedAt = now,
        UpdatedAt = now,
    };
}
