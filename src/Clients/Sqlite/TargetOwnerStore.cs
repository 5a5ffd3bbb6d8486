using Dapper;

namespace MultiAgentInfra.Clients.Sqlite;

/// <summary>Whose agents a target holds, for a target that can keep the agents of one owner only, and for a start with another target.</summary>
public sealed class TargetOwnerStore(ControlDatabase database)
{
    /// <returns>Whether an organization other than this one has an agent on the target.</returns>
    public Task<bool> HasOtherOwnerAsync(string target, Guid organizationId, CancellationToken cancellationToken) => database.ReadAsync(
        db => db.ExecuteScalar<bool>(
            "SELECT EXISTS (SELECT 1 FROM agents WHERE target = @target AND organization_id <> @organizationId AND status <> 'Deleted')",
            new { target, organizationId = organizationId.ToString() }),
        cancellationToken);

    /// <returns>How many agents are on other targets.</returns>
    public Task<int> CountElsewhereAsync(string target, CancellationToken cancellationToken) => database.ReadAsync(
        db => db.ExecuteScalar<int>("SELECT count(*) FROM agents WHERE target <> @target AND status <> 'Deleted'", new { target }), cancellationToken);
}
