using Dapper;
using Microsoft.Data.Sqlite;

namespace MultiAgentInfra.Clients.Sqlite;

/// <summary>What belongs to one agent on this machine and to no other.</summary>
/// <param name="Port">A TCP port on loopback, 20000 to 29999.</param>
/// <param name="Uid">A Unix user id, 210000 to 1209999.</param>
public sealed record LocalAllocation(int Port, int Uid);

/// <summary>Gives out ports and user ids of this machine, unique over all agents.</summary>
public sealed class TargetAllocationStore(ControlDatabase database)
{
    private const int FirstPort = 20_000;
    private const int Ports = 10_000;
    private const int FirstUid = 210_000;
    private const int Uids = 1_000_000;

    /// <summary>What the agent has, or a free port and user id; a port that somebody outside took meanwhile is exchanged.
    /// Only for an agent that does not run. <paramref name="portIsFree"/> runs inside the transaction: it must be quick.</summary>
    public Task<LocalAllocation> GetOrAllocateAsync(Guid agentId, Func<int, bool> portIsFree, CancellationToken cancellationToken) => database.WriteAsync(
        db =>
        {
            var known = Find(db, agentId);
            if (known is not null && portIsFree(known.Port))
                return known;
            var port = Spread(agentId, FirstPort, Ports).FirstOrDefault(port => !IsTaken(db, "port", port) && portIsFree(port));
            if (port == 0)
                throw new InvalidOperationException($"No port from {FirstPort} to {FirstPort + Ports - 1} is free.");
            var allocation = new LocalAllocation(port, known?.Uid ?? Spread(agentId, FirstUid, Uids).First(uid => !IsTaken(db, "uid", uid)));
            db.Execute(
                "INSERT INTO target_allocations (agent_id, port, uid) VALUES (@agentId, @Port, @Uid) ON CONFLICT (agent_id) DO UPDATE SET port = @Port",
                new { agentId = agentId.ToString(), allocation.Port, allocation.Uid });
            return allocation;
        },
        cancellationToken);

    /// <summary>Of an agent that is gone with its data: its place in a cluster too.</summary>
    public Task ReleaseAsync(Guid agentId, CancellationToken cancellationToken) => database.WriteAsync(
        db =>
        {
            db.Execute(
                "DELETE FROM target_allocations WHERE agent_id = @agentId; DELETE FROM placements WHERE agent_id = @agentId", new { agentId = agentId.ToString() });
        },
        cancellationToken);

    private static LocalAllocation? Find(SqliteConnection db, Guid agentId) =>
        db.QuerySingleOrDefault<Row>("SELECT port, uid FROM target_allocations WHERE agent_id = @agentId", new { agentId = agentId.ToString() }) is { } row
            ? new(row.Port, row.Uid)
            : null;

    private static bool IsTaken(SqliteConnection db, string column, int value) =>
        db.ExecuteScalar<bool>($"SELECT EXISTS (SELECT 1 FROM target_allocations WHERE {column} = @value)", new { value });

    /// <summary>The whole range, from a place that the agent's id decides: two control planes on one machine, which do not know
    /// of each other, seldom choose the same.</summary>
    private static IEnumerable<int> Spread(Guid agentId, int first, int count)
    {
        var start = BitConverter.ToUInt32(agentId.ToByteArray(), 12) % (uint)count;
        return Enumerable.Range(0, count).Select(offset => first + (int)((start + offset) % count));
    }

    private sealed record Row
    {
        public int Port { get; init; }
        public int Uid { get; init; }
    }
}
