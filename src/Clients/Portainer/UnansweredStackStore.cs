using Dapper;
using MultiAgentInfra.Clients.Sqlite;
using MultiAgentInfra.Core.Deployments;

namespace MultiAgentInfra.Clients.Portainer;

/// <summary>Stacks that Portainer was asked to create and has not answered for. It goes on when its caller gives up, and a control plane that is killed
/// meanwhile must know of it, so it is noted before it is asked.</summary>
public sealed class UnansweredStackStore(ControlDatabase database)
{
    /// <summary>Whether Portainer may still make the stack.</summary>
    internal Task<bool> HasAsync(StackKey key, CancellationToken cancellationToken) => database.ReadAsync(
        db => db.ExecuteScalar<bool>(
            "SELECT EXISTS (SELECT 1 FROM unanswered_stacks WHERE environment = @Environment AND name = @Name AND asked_at > @longAgo)",
            new { key.Environment, key.Name, longAgo = (database.Now - StepBudgets.Unanswered).ToUnixTimeMilliseconds() }),
        cancellationToken);

    internal Task AddAsync(StackKey key, CancellationToken cancellationToken) => database.WriteAsync(
        db =>
        {
            db.Execute(
                """
                INSERT INTO unanswered_stacks (environment, name, asked_at) VALUES (@Environment, @Name, @now)
                ON CONFLICT (environment, name) DO UPDATE SET asked_at = @now
                """,
                new { key.Environment, key.Name, now = database.Now.ToUnixTimeMilliseconds() });
        },
        cancellationToken);

    internal Task RemoveAsync(StackKey key) => database.WriteAsync(
        db => { db.Execute("DELETE FROM unanswered_stacks WHERE environment = @Environment AND name = @Name", new { key.Environment, key.Name }); },
        CancellationToken.None);
}

/// <summary>Portainer was asked for a stack and has not answered: it is looked for, and not asked for again.</summary>
internal sealed class StackUnansweredException(StackKey key) : Exception($"Portainer has not answered yet whether it makes the stack '{key.Name}'.");
