using Dapper;
using Microsoft.Data.Sqlite;
using MultiAgentInfra.Core.Operations;

namespace MultiAgentInfra.Clients.Sqlite;

/// <summary>The operations table and its steps inside a transaction.</summary>
internal static class OperationRows
{
    public static Operation? FindOperation(this SqliteConnection db, Guid id) =>
        db.QueryOperations("WHERE id = @id", new { id = id.ToString() }).SingleOrDefault();

    public static IReadOnlyList<Operation> QueryOperations(this SqliteConnection db, string where, object parameters)
    {
        var rows = db.Query<Row>("SELECT * FROM operations " + where, parameters).ToList();
        var steps = db.Query<StepRow>(
            "SELECT * FROM operation_steps WHERE operation_id IN @ids ORDER BY sequence",
            new { ids = rows.Select(row => row.Id) }).ToLookup(step => step.OperationId, step => step.ToStep());
        return [.. rows.Select(row => row.ToOperation([.. steps[row.Id]]))];
    }

    /// <summary>Stores the operation together with the order to start its orchestration: neither exists without the other.</summary>
    public static void InsertOperation(this SqliteConnection db, Operation operation, OutboxEntry start)
    {
        db.Execute(
            """
            INSERT INTO operations (id, organization_id, agent_id, kind, instance_id, status, created_at, deadline)
            VALUES (@Id, @OrganizationId, @AgentId, @Kind, @InstanceId, @Status, @CreatedAt, @Deadline)
            """,
            new
            {
                Id = operation.Id.ToString(),
                OrganizationId = operation.OrganizationId.ToString(),
                AgentId = operation.AgentId.ToString(),
                Kind = operation.Kind.ToString(),
                operation.InstanceId,
                Status = operation.Status.ToString(),
                CreatedAt = operation.CreatedAt.ToUnixTimeMilliseconds(),
                Deadline = operation.Deadline.ToUnixTimeMilliseconds(),
            });
        db.Execute(
            "INSERT INTO outbox (operation_id, orchestrator, instance_id, input_json) VALUES (@OperationId, @Orchestrator, @InstanceId, @InputJson)",
            new { OperationId = start.OperationId.ToString(), start.Orchestrator, start.InstanceId, start.InputJson });
    }

    /// <summary>Ends the operation, and with it the steps that nobody will end any more.</summary>
    /// <returns>False when it had ended before: the first end counts.</returns>
    public static bool EndOperation(this SqliteConnection db, Guid id, OperationStatus status, OperationError? error, DateTimeOffset now, OperationOutcome? outcome = null)
    {
        var parameters = new { id = id.ToString(), status = status.ToString(), error = StoredJson.Write(error), outcome = outcome?.ToString(), now = now.ToUnixTimeMilliseconds() };
        if (db.Execute("UPDATE operations SET status = @status, error = @error, outcome = @outcome, ended_at = @now WHERE id = @id AND ended_at IS NULL", parameters) == 0)
            return false;
        db.Execute(
            """
            UPDATE operation_steps SET status = 'Failed', ended_at = @now, error = 'The operation ended before this step did.'
            WHERE operation_id = @id AND status = 'Running'
            """,
            parameters);
        return true;
    }

    private static DateTimeOffset? Time(long? milliseconds) => milliseconds is { } value ? DateTimeOffset.FromUnixTimeMilliseconds(value) : null;

    private sealed record Row
    {
        public string Id { get; init; } = "";
        public string OrganizationId { get; init; } = "";
        public string AgentId { get; init; } = "";
        public string Kind { get; init; } = "";
        public string InstanceId { get; init; } = "";
        public string Status { get; init; } = "";
        public long CreatedAt { get; init; }
        public long? StartedAt { get; init; }
        public long? EndedAt { get; init; }
        public long Deadline { get; init; }
        public bool CancelRequested { get; init; }
        public string? Error { get; init; }
        public string? Outcome { get; init; }

        public Operation ToOperation(IReadOnlyList<OperationStep> steps) => new(
            Guid.Parse(Id),
            Guid.Parse(OrganizationId),
            Guid.Parse(AgentId),
            Enum.Parse<OperationKind>(Kind),
            InstanceId,
            Enum.Parse<OperationStatus>(Status),
            DateTimeOffset.FromUnixTimeMilliseconds(CreatedAt),
            Time(StartedAt),
            Time(EndedAt),
            DateTimeOffset.FromUnixTimeMilliseconds(Deadline),
            CancelRequested,
            StoredJson.Read<OperationError>(Error),
            steps,
            Outcome is null ? null : Enum.Parse<OperationOutcome>(Outcome));
    }

    private sealed record StepRow
    {
        public string OperationId { get; init; } = "";
        public string Name { get; init; } = "";
        public string Status { get; init; } = "";
        public int Attempts { get; init; }
        public long StartedAt { get; init; }
        public long? EndedAt { get; init; }
        public long Deadline { get; init; }
        public string? Detail { get; init; }
        public string? Error { get; init; }

        public OperationStep ToStep() => new(
            Name,
            Enum.Parse<StepStatus>(Status),
            Attempts,
            DateTimeOffset.FromUnixTimeMilliseconds(StartedAt),
            Time(EndedAt),
            DateTimeOffset.FromUnixTimeMilliseconds(Deadline),
            Detail,
            Error);
    }
}
