using Dapper;

namespace MultiAgentInfra.Clients.Sqlite;

/// <summary>The organizations that own everything else.</summary>
public sealed class OrganizationStore(ControlDatabase database)
{
    /// <summary>The personal organization of a token's subject; made at the first call.</summary>
    public async Task<Guid> GetPersonalAsync(string subject, CancellationToken cancellationToken)
    {
        const string Find = "SELECT id FROM organizations WHERE subject = @subject";
        var known = await database.ReadAsync(db => db.QuerySingleOrDefault<string>(Find, new { subject }), cancellationToken).ConfigureAwait(false);
        known ??= await database.WriteAsync(
            db =>
            {
                db.Execute(
                    "INSERT INTO organizations (id, subject, created_at) VALUES (@id, @subject, @now) ON CONFLICT (subject) DO NOTHING",
                    new { id = Guid.CreateVersion7().ToString(), subject, now = database.Now.ToUnixTimeMilliseconds() });
                return db.QuerySingle<string>(Find, new { subject });
            },
            cancellationToken).ConfigureAwait(false);
        return Guid.Parse(known);
    }
}
