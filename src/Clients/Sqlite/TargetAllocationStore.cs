using Dapper;
using Microsoft.Data.Sqlite;

namespace MultiAgentInfra.Clients.Sqlite;

/// <summary>What belongs to one agent on this machine and to no other.</summary>
/// <param name="Port">A TCP port on loopback, 20000 to 29999.</param>
/// <param name="Uid">A Unix user id, from 210000.</param>
public sealed record LocalAllocation(int Port, int Uid);

/// <summary>Gives out ports and user ids of this machine, unique over all agents.</summary>
public sealed class TargetAllocationStore(ControlDatabase database)
{
    private const int FirstPort = 20_000;
    private const int Ports = 10_000;
    private const int FirstUid = 210_000;

    /// <summary>What the agent has, or the lowest free port and user id. <paramref name="portIsFree"/> runs inside the transaction: it must be quick.</summary>
    public Task<LocalAllocation> GetOrAllocateAsync(Guid agentId, Func<int, bool> portIsFree, CancellationToken cancellationToken) => database.WriteAsync(
        db =>
        {
            if (Find(db, agentId) is { } known)
                return known;
            var uids = db.Query<int>("SELECT uid FROM target_allocations").ToHashSet();
            var allocation = new LocalAllocation(FreePort(db, portIsFree), Enumerable.Range(FirstUid, uids.Count + 1).First(uid => !uids.Contains(uid)));
            db.Execute(
                "INSERT INTO target_allocations (agent_id, port, uid) VALUES (@agentId, @Port, @Uid)",
                new { agentId = agentId.ToString(), allocation.Port, allocation.Uid });
            return allocation;
        },
        cancellationToken);

    /// <summary>Gives the agent another port, because somebody outside took its own; the user id stays.</summary>
    public Task<LocalAllocation> ReallocatePortAsync(Guid agentId, Func<int, bool> portIsFree, CancellationToken cancellationToken) => database.WriteAsync(
        db =>
        {
            var known = Find(db, agentId) ?? throw new InvalidOperationException($"Agent {agentId} has no port to exchange.");
            var allocation = known with { Port = FreePort(db, portIsFree) };
            db.Execute("UPDATE target_allocations SET port = @Port WHERE agent_id = @agentId", new { agentId = agentId.ToString(), allocation.Port });
            return allocation;
        },
        cancellationToken);

    public Task ReleaseAsync(Guid agentId, CancellationToken cancellationToken) => database.WriteAsync(
        db => { db.Execute("DELETE FROM target_allocations WHERE agent_id = @agentId", new { agentId = agentId.ToString() }); },
        cancellationToken);

    private static LocalAllocation? Find(SqliteConnection db, Guid agentId) =>
        db.QuerySingleOrDefault<Row>("SELECT port, uid FROM target_allocations WHERE agent_id = @agentId", new { agentId = agentId.ToString() }) is { } row
            ? new(row.Port, row.Uid)
            : null;

    private static int FreePort(SqliteConnection db, Func<int, bool> portIsFree)
    {
        var taken = db.Query<int>("SELECT port FROM target_allocations").ToHashSet();
        foreach (var port in Enumerable.Range(FirstPort, Ports))
        {
            if (!taken.Contains(port) && portIsFree(port))
                return port;
        }
        throw new InvalidOperationException($"No port from {FirstPort} to {FirstPort + Ports - 1} is free.");
    }

    private sealed record Row
    {
        public int Port { get; init; }
        public int Uid { get; init; }
    }
}
