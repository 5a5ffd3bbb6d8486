using System.Text.Json;
using Dapper;
using MultiAgentInfra.Core.Deployments;

namespace MultiAgentInfra.Clients.Sqlite;

/// <summary>An orchestration that is to be started once.</summary>
/// <param name="InputJson">The input in the plain format of System.Text.Json (property names as in the record).</param>
public sealed record OutboxEntry(Guid OperationId, string Orchestrator, string InstanceId, string InputJson)
{
    public const string DeployOrchestrator = "DeployAgentOrchestrator";
    public const string DeleteOrchestrator = "DeleteAgentOrchestrator";
    public const string StopOrchestrator = "StopAgentOrchestrator";

    internal static OutboxEntry Of(DeployAgent input) => new(input.OperationId, DeployOrchestrator, input.InstanceId, JsonSerializer.Serialize(input));

    internal static OutboxEntry Of(HaltAgent input) => new(input.OperationId, StopOrchestrator, input.InstanceId, JsonSerializer.Serialize(input));

    internal static OutboxEntry Of(DeleteAgent input) => new(input.OperationId, DeleteOrchestrator, input.InstanceId, JsonSerializer.Serialize(input));
}

/// <summary>The orchestrations that were ordered by a transaction and are not known to have started.</summary>
public sealed class OutboxStore(ControlDatabase database)
{
    /// <summary>The oldest first.</summary>
    public Task<IReadOnlyList<OutboxEntry>> ListAsync(int limit, CancellationToken cancellationToken) =>
        database.ReadAsync<IReadOnlyList<OutboxEntry>>(
            db => [.. db.Query<Row>("SELECT * FROM outbox ORDER BY sequence LIMIT @limit", new { limit }).Select(row => row.ToEntry())],
            cancellationToken);

    public Task DeleteAsync(string instanceId, CancellationToken cancellationToken) =>
        database.WriteAsync(db => { db.Execute("DELETE FROM outbox WHERE instance_id = @instanceId", new { instanceId }); }, cancellationToken);

    private sealed record Row
    {
        public string OperationId { get; init; } = "";
        public string Orchestrator { get; init; } = "";
        public string InstanceId { get; init; } = "";
        public string InputJson { get; init; } = "";

        public OutboxEntry ToEntry() => new(Guid.Parse(OperationId), Orchestrator, InstanceId, InputJson);
    }
}
