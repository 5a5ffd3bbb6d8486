using Dapper;
using Microsoft.Data.Sqlite;
using MultiAgentInfra.Core.Agents;
using MultiAgentInfra.Core.Deployments;
using MultiAgentInfra.Core.Images;
using MultiAgentInfra.Core.Operations;

namespace MultiAgentInfra.Clients.Sqlite;

// What owners do with agents that they have: one operation at a time.
public sealed partial class AgentStore
{
    /// <summary>Stores a new revision of the agent and queues its deployment.</summary>
    /// <param name="update">The whole revision; of the secrets only those that change.</param>
    /// <param name="removed">The names of secrets that the revision no longer has.</param>
    /// <param name="expectedVersion">The version that the caller saw; null where any will do.</param>
    public Task<ChangeResult> UpdateAsync(
        NewAgent update, IReadOnlyCollection<string> removed, long? expectedVersion, CancellationToken cancellationToken)
    {
        var secretRows = SecretStore.Seal(secrets, update.Id, update.Secrets);
        var removedRows = removed.Select(name => new SecretStore.Row { AgentId = update.Id.ToString(), Name = name });
        return database.WriteAsync<ChangeResult>(
            db =>
            {
                var found = FindOwned(db, update.OrganizationId, update.Id);
                if (RefuseUpdate(db, found, update.Deployment?.Host, expectedVersion) is { } refusal)
                    return refusal;
                var (agent, revision) = (found!, found!.Revision + 1);
                db.InsertRevision(RevisionOf(update, revision), database.Now);
                SecretStore.Insert(db, [.. secretRows, .. removedRows], revision);
                db.Execute(
                    "UPDATE agents SET name = @Name, warnings = @warnings WHERE id = @id",
                    new { id = agent.Id.ToString(), update.Name, warnings = StoredJson.Write(update.Warnings) });
                return QueueDeployment(db, agent, OperationKind.Update, revision)!;
            },
            cancellationToken);
    }

    /// <summary>Why <see cref="UpdateAsync"/> would not be granted; null when it would.</summary>
    public Task<ChangeResult?> FindRefusalAsync(NewAgent update, long? expectedVersion, CancellationToken cancellationToken) => database.ReadAsync(
        db => RefuseUpdate(db, FindOwned(db, update.OrganizationId, update.Id), update.Deployment?.Host, expectedVersion), cancellationToken);

    /// <summary>Queues a stop, a start or a restart of the agent, or answers as the same request was answered before.</summary>
    public Task<ChangeResult> RequestAsync(
        OperationKind kind, Guid organizationId, Guid id, IdempotentRequest? request, CancellationToken cancellationToken) => ChangeAsync(
        organizationId,
        id,
        kind == OperationKind.Stop ? AgentEvent.StopRequested : AgentEvent.RedeploymentRequested,
        request,
        (db, agent) => kind switch
        {
            OperationKind.Stop => QueueStop(db, agent),
            // A restart is of what runs, and a start of what does not.
            OperationKind.Start or OperationKind.Restart when (agent.Status == AgentStatus.Running) != (kind == OperationKind.Restart) =>
                new ChangeResult.WrongState(agent.Status),
            OperationKind.Start or OperationKind.Restart => QueueDeployment(db, agent, kind, db.FindProvenRevision(id)?.Number ?? agent.Revision)!,
            _ => throw new ArgumentOutOfRangeException(nameof(kind)),
        },
        cancellationToken);

    /// <summary>Stores a revision that differs from the running one in its number of replicas, and queues its deployment.</summary>
    /// <param name="replicas">From 1.</param>
    public Task<ChangeResult> ScaleAsync(
        Guid organizationId, Guid id, int replicas, IdempotentRequest? request, CancellationToken cancellationToken) => ChangeAsync(
        organizationId,
        id,
        AgentEvent.RedeploymentRequested,
        request,
        (db, agent) =>
        {
            if (agent.RunningRevision is not { } number || db.FindRevision(id, number) is not { } running)
                return new ChangeResult.WrongState(agent.Status);
            var deployment = running.Deployment ?? new AgentDeployment();
            if (replicas > 1 && !deployment.Replicable)
                return new ChangeResult.NotReplicable();
            if (replicas == deployment.Replicas)
                return new ChangeResult.AlreadyScaled(replicas);
            var next = agent.Revision + 1;
            var most = deployment.MaxReplicas is { } limit ? Math.Max(limit, replicas) : (int?)null;
            db.InsertRevision(running with { Number = next, Deployment = deployment with { Replicas = replicas, MaxReplicas = most } }, database.Now);
            SecretStore.Copy(db, id, number, next);
            return QueueDeployment(db, agent, OperationKind.Scale, next)!;
        },
        cancellationToken);

    /// <summary>What a deployment can take by digest.</summary>
    /// <returns>The image that it is to run, where it starts what has run before; and what runs now, where that is another revision.</returns>
    public Task<(ProvenRevision? Ready, ProvenRevision? Previous)> FindProvenAsync(
        Guid operationId, Guid agentId, int revision, CancellationToken cancellationToken) => database.ReadAsync(
        db =>
        {
            var ready = db.FindOperation(operationId)?.Kind is OperationKind.Start or OperationKind.Restart;
            var running = db.FindAgent(agentId)?.RunningRevision;
            return (ready ? Proven(db, agentId, revision, next: 0) : null, running is { } number && number != revision ? Proven(db, agentId, number, next: 1) : null);
        },
        cancellationToken);

    private static ProvenRevision? Proven(SqliteConnection db, Guid agentId, int number, int next)
    {
        if (db.FindRevision(agentId, number) is not { Image: { } image } revision)
            return null;
        var runtime = db.QueryFirstOrDefault<string?>("SELECT runtime FROM images WHERE digest = @digest AND runtime IS NOT NULL", new { digest = image.Value });
        return runtime is null ? null : new(number, revision.Attempts + next, image, Digest.Parse(runtime));
    }

    private Task<ChangeResult> ChangeAsync(
        Guid organizationId,
        Guid id,
        AgentEvent wanted,
        IdempotentRequest? request,
        Func<SqliteConnection, Agent, ChangeResult> queue,
        CancellationToken cancellationToken) => database.WriteAsync(
        db =>
        {
            if (FindOwned(db, organizationId, id) is not { } agent)
                return new ChangeResult.NotFound();
            switch (request is null ? null : db.FindAnswer(organizationId, request, database.Now))
            {
                case CreateResult.Replayed replayed:
                    return new ChangeResult.Replayed(replayed.Response);
                case not null:
                    return new ChangeResult.KeyReused();
            }

            var result = Refusal(db, agent, wanted) ?? queue(db, agent);
            if (request is null || result is not ChangeResult.Accepted accepted)
                return result;
            var response = request.Respond(accepted.Agent, accepted.Operation);
            db.InsertAnswer(organizationId, id, request, response, database.Now);
            return accepted with { Response = response };
        },
        cancellationToken);

    private static ChangeResult? RefuseUpdate(SqliteConnection db, Agent? agent, string? host, long? expectedVersion) => agent is null ? new ChangeResult.NotFound()
        : expectedVersion is { } expected && expected != agent.Version ? new ChangeResult.VersionMismatch(agent.Version)
        : db.IsHostTaken(agent.Id, host) ? new ChangeResult.HostTaken()
        : Refusal(db, agent, AgentEvent.RedeploymentRequested);

    private static ChangeResult? Refusal(SqliteConnection db, Agent agent, AgentEvent wanted)
    {
        var busy = db.QuerySingleOrDefault<string?>(
            "SELECT id FROM operations WHERE agent_id = @id AND ended_at IS NULL LIMIT 1", new { id = agent.Id.ToString() });
        return busy is not null ? new ChangeResult.Busy(Guid.Parse(busy))
            : AgentTransitions.Next(agent.Status, wanted) is null ? new ChangeResult.WrongState(agent.Status)
            : null;
    }

    /// <returns>Null where the agent's state forbids it.</returns>
    private ChangeResult.Accepted? QueueDeployment(SqliteConnection db, Agent agent, OperationKind kind, int revision)
    {
        var attempt = revision > agent.Revision ? 1 : db.FindRevision(agent.Id, revision)!.Attempts + 1;
        var operation = NewDeployment(kind, agent.Id, agent.OrganizationId, revision, attempt, database.Now, out var start);
        if (Queue(db, agent with { Attempt = attempt }, AgentEvent.RedeploymentRequested, operation, start) is null)
            return null;
        db.Execute(
            """
            UPDATE agents SET revision = MAX(revision, @revision) WHERE id = @id;
            UPDATE revisions SET attempts = @attempt WHERE agent_id = @id AND number = @revision;
            """,
            new { id = agent.Id.ToString(), revision, attempt });
        return new(db.FindAgent(agent.Id)!, operation, null);
    }

    private ChangeResult.Accepted QueueStop(SqliteConnection db, Agent agent)
    {
        var now = database.Now;
        var input = new HaltAgent(agent.Id, Guid.CreateVersion7(now), CountOf(db, agent.Id, OperationKind.Stop) + 1);
        var operation = NewOperation(
            input.OperationId, agent.OrganizationId, agent.Id, OperationKind.Stop, input.InstanceId, now, now + StepBudgets.Halt);
        return new(Queue(db, agent, AgentEvent.StopRequested, operation, OutboxEntry.Of(input))!, operation, null);
    }
}
