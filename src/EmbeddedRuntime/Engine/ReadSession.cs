using Dapper;
using Microsoft.Data.Sqlite;

namespace MultiAgentInfra.EmbeddedRuntime.Engine;

/// <summary>The reads of the engine and its client, as prepared statements of one connection.</summary>
internal sealed class ReadSession : IDisposable
{
    private const string InstanceColumns = "Execution, InstanceId, Name, Status, CreatedAt, UpdatedAt, Input, Output, CustomStatus, Failure, Detail";
    private const string EventColumns = "Kind, TaskId, Name, Payload, Detail, Time";

    private readonly SqliteConnection _connection;
    private readonly Statement _instance;
    private readonly Statement _history;
    private readonly Statement _inbox;
    private readonly Statement _inboxOf;
    private readonly Statement _tasks;
    private readonly Statement _page;

    public ReadSession(string connectionString)
    {
        _connection = new SqliteConnection(connectionString);
        _connection.Open();
        _connection.Execute("PRAGMA busy_timeout = 5000");
        _instance = new Statement(_connection, $"SELECT {InstanceColumns} FROM Instances WHERE InstanceId = $id", "id");
        _history = new Statement(_connection, $"SELECT {EventColumns} FROM History WHERE Execution = $execution ORDER BY Seq", "execution");
        _inbox = new Statement(_connection, $"SELECT {EventColumns}, Id, InstanceId, Execution, VisibleAt FROM NewEvents ORDER BY Id");
        _inboxOf = new Statement(_connection, $"SELECT {EventColumns}, Id, InstanceId, Execution, VisibleAt FROM NewEvents WHERE InstanceId = $id ORDER BY Id", "id");
        _tasks = new Statement(_connection, "SELECT Id, Execution, InstanceId, TaskId, Name, Version, Input FROM NewTasks ORDER BY Id");
        _page = new Statement(
            _connection,
            $"SELECT {InstanceColumns} FROM Instances WHERE InstanceId > $after AND CreatedAt BETWEEN $from AND $to "
            + "AND substr(InstanceId, 1, length($prefix)) = $prefix AND ($statuses = '' OR instr($statuses, ',' || Status || ',') > 0) ORDER BY InstanceId LIMIT $limit",
            "after", "from", "to", "prefix", "statuses", "limit");
    }

    /// <summary>Several reads of the same moment, whatever is written meanwhile.</summary>
    public T AtOneMoment<T>(Func<ReadSession, T> read)
    {
        _connection.Execute("BEGIN TRANSACTION");
        try
        {
            return read(this);
        }
        finally
        {
            _connection.Execute("COMMIT TRANSACTION");
        }
    }

    public StoredInstance? Instance(string instanceId) => _instance.Read(ReadInstance, instanceId) is [var found] ? found : null;

    public IReadOnlyList<HistoryEvent> History(long execution) => _history.Read(ReadEvent, execution);

    public IReadOnlyList<PendingTimer> Inbox() => _inbox.Read(ReadInbox);

    public IReadOnlyList<PendingTimer> InboxOf(string instanceId) => _inboxOf.Read(ReadInbox, instanceId);

    public IReadOnlyList<PendingActivity> Activities() => _tasks.Read(row => new PendingActivity(
        row.Number(0), row.Number(1), row.Text(2)!, (int)row.Number(3), row.Text(4)!, row.Text(5)!, row.Text(6)));

    /// <summary>One page in the order of the ids, after the given one.</summary>
    public IReadOnlyList<StoredInstance> Page(
        string after, DateTimeOffset? from, DateTimeOffset? to, string? prefix, IEnumerable<OrchestrationRuntimeStatus>? statuses, int limit)
    {
        var list = statuses is null ? "" : string.Concat(statuses.Select(status => $",{(int)status},"));
        return _page.Read(ReadInstance, after, from?.UtcTicks ?? 0, to?.UtcTicks ?? long.MaxValue, prefix ?? "", list, limit);
    }

    public void Dispose()
    {
        foreach (var statement in new[] { _instance, _history, _inbox, _inboxOf, _tasks, _page })
            statement.Dispose();
        _connection.Dispose();
    }

    private static DateTime Time(Statement row, int column) => new(row.Number(column), DateTimeKind.Utc);

    private static HistoryEvent ReadEvent(Statement row) => new(
        (EventKind)row.Number(0), (int)row.Number(1), row.Text(2), row.Text(3), row.Text(4), Time(row, 5));

    private static PendingTimer ReadInbox(Statement row)
    {
        var execution = row.IsNull(8) ? (long?)null : row.Number(8);
        return new PendingTimer(new PendingEvent(row.Text(7)!, execution, row.Number(6), 0, ReadEvent(row)), Time(row, 9));
    }

    private static StoredInstance ReadInstance(Statement row) => new(
        row.Number(0),
        row.Text(1)!,
        row.Text(2)!,
        (OrchestrationRuntimeStatus)row.Number(3),
        Time(row, 4),
        Time(row, 5),
        row.Text(6),
        row.Text(7),
        row.Text(8),
        row.Text(9),
        StartDetail.Parse(row.Text(10)));
}
