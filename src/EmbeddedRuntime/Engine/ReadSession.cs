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
        using var begin = new Statement(_connection, "BEGIN");
        begin.Execute();
        return read(this);
    }

    public StoredInstance? Instance(string instanceId)
    {
        using var reader = _instance.Read(instanceId);
        return reader.Read() ? ReadInstance(reader) : null;
    }

    public IReadOnlyList<HistoryEvent> History(long execution) => ReadAll(_history.Read(execution), ReadEvent);

    public IReadOnlyList<PendingTimer> Inbox() => ReadAll(_inbox.Read(), ReadInbox);

    public IReadOnlyList<PendingTimer> InboxOf(string instanceId) => ReadAll(_inboxOf.Read(instanceId), ReadInbox);

    public IReadOnlyList<PendingActivity> Activities() => ReadAll(_tasks.Read(), reader => new PendingActivity(
        reader.GetInt64(0), reader.GetInt64(1), reader.GetString(2), reader.GetInt32(3), reader.GetString(4), reader.GetString(5), Text(reader, 6)));

    /// <summary>One page in the order of the ids, after the given one.</summary>
    public IReadOnlyList<StoredInstance> Page(
        string after, DateTimeOffset? from, DateTimeOffset? to, string? prefix, IEnumerable<OrchestrationRuntimeStatus>? statuses, int limit)
    {
        var list = statuses is null ? "" : string.Concat(statuses.Select(status => $",{(int)status},"));
        if (statuses is not null && list.Length == 0)
            list = ",none,";
        return ReadAll(
            _page.Read(after, from?.UtcTicks ?? 0, to?.UtcTicks ?? long.MaxValue, prefix ?? "", list, limit), ReadInstance);
    }

    public void Dispose()
    {
        foreach (var statement in new[] { _instance, _history, _inbox, _inboxOf, _tasks, _page })
            statement.Dispose();
        _connection.Dispose();
    }

    private static List<T> ReadAll<T>(SqliteDataReader reader, Func<SqliteDataReader, T> read)
    {
        using (reader)
        {
            var rows = new List<T>();
            while (reader.Read())
                rows.Add(read(reader));
            return rows;
        }
    }

    private static string? Text(SqliteDataReader reader, int column) => reader.IsDBNull(column) ? null : reader.GetString(column);

    private static DateTime Time(SqliteDataReader reader, int column) => new(reader.GetInt64(column), DateTimeKind.Utc);

    private static HistoryEvent ReadEvent(SqliteDataReader reader) => new(
        (EventKind)reader.GetInt32(0), reader.GetInt32(1), Text(reader, 2), Text(reader, 3), Text(reader, 4), Time(reader, 5));

    private static PendingTimer ReadInbox(SqliteDataReader reader)
    {
        var execution = reader.IsDBNull(8) ? (long?)null : reader.GetInt64(8);
        return new PendingTimer(new PendingEvent(reader.GetString(7), execution, reader.GetInt64(6), 0, ReadEvent(reader)), Time(reader, 9));
    }

    private static StoredInstance ReadInstance(SqliteDataReader reader) => new(
        reader.GetInt64(0),
        reader.GetString(1),
        reader.GetString(2),
        (OrchestrationRuntimeStatus)reader.GetInt32(3),
        Time(reader, 4),
        Time(reader, 5),
        Text(reader, 6),
        Text(reader, 7),
        Text(reader, 8),
        Text(reader, 9),
        StartDetail.Parse(reader.GetString(10)));
}
