using Dapper;
using Microsoft.Data.Sqlite;

namespace MultiAgentInfra.Clients.Sqlite;

/// <summary>A line of a build, with its place in the operation's log, from 1.</summary>
public sealed record OperationLogLine(long Sequence, string Step, string Text, DateTimeOffset At);

/// <summary>A line that is to be added.</summary>
public sealed record OutputLine(string Text, DateTimeOffset At);

/// <summary>How much of its log an operation has used.</summary>
public sealed record OperationLogUse(int Lines, long Characters);

/// <summary>What the builds of operations print, line by line.</summary>
public sealed class OperationLogStore(ControlDatabase database)
{
    private const int LongestDetail = 200;
    private static readonly TimeSpan Kept = TimeSpan.FromDays(30);

    public Task<OperationLogUse> GetUseAsync(Guid operationId, CancellationToken cancellationToken) => database.ReadAsync(
        db =>
        {
            var use = db.QuerySingle<UseRow>(
                "SELECT COUNT(*) AS lines, COALESCE(SUM(LENGTH(text)), 0) AS characters FROM operation_log WHERE operation_id = @id",
                new { id = operationId.ToString() });
            return new OperationLogUse(use.Lines, use.Characters);
        },
        cancellationToken);

    /// <summary>Begins what the step's present attempt writes, with a line that says which attempt it is.</summary>
    public Task BeginAsync(Guid operationId, string step, CancellationToken cancellationToken) => database.WriteAsync(
        db =>
        {
            var id = operationId.ToString();
            var attempt = db.QuerySingleOrDefault<int?>(
                "SELECT attempts FROM operation_steps WHERE operation_id = @id AND name = @step", new { id, step }) ?? 1;
            Insert(db, id, step, [new($"--- {step}, attempt {attempt} ---", database.Now)]);
        },
        cancellationToken);

    /// <summary>Adds the lines, and shows the newest one, shortened, as the step's detail while the step runs.</summary>
    public Task AppendAsync(Guid operationId, string step, IReadOnlyList<OutputLine> lines, CancellationToken cancellationToken) => database.WriteAsync(
        db =>
        {
            var id = operationId.ToString();
            Insert(db, id, step, lines);
            var newest = lines[^1].Text;
            var detail = newest.Length > LongestDetail ? newest[..LongestDetail] + "…" : newest;
            db.Execute(
                "UPDATE operation_steps SET detail = @detail WHERE operation_id = @id AND name = @step AND status = 'Running'", new { id, step, detail });
        },
        cancellationToken);

    /// <summary>The lines behind <paramref name="after"/>, the oldest first.</summary>
    public Task<IReadOnlyList<OperationLogLine>> ReadAsync(Guid operationId, long after, int limit, CancellationToken cancellationToken) => QueryAsync(
        "WHERE operation_id = @id AND sequence > @after ORDER BY sequence LIMIT @limit",
        new { id = operationId.ToString(), after, limit },
        cancellationToken);

    /// <summary>All that the step has written, in all of its attempts.</summary>
    public Task<IReadOnlyList<OperationLogLine>> ReadStepAsync(Guid operationId, string step, CancellationToken cancellationToken) => QueryAsync(
        "WHERE operation_id = @id AND step = @step ORDER BY sequence", new { id = operationId.ToString(), step }, cancellationToken);

    /// <summary>Forgets the lines of operations that ended 30 days ago; the steps' logs are artifacts by then.</summary>
    internal static void Purge(SqliteConnection db, DateTimeOffset now) => db.Execute(
        "DELETE FROM operation_log WHERE operation_id IN (SELECT id FROM operations WHERE ended_at < @oldest)",
        new { oldest = (now - Kept).ToUnixTimeMilliseconds() });

    private static void Insert(SqliteConnection db, string id, string step, IReadOnlyList<OutputLine> lines)
    {
        var last = db.ExecuteScalar<long>("SELECT COALESCE(MAX(sequence), 0) FROM operation_log WHERE operation_id = @id", new { id });
        db.Execute(
            "INSERT INTO operation_log (operation_id, sequence, step, text, at) VALUES (@id, @sequence, @step, @Text, @at)",
            lines.Select(line => new { id, sequence = ++last, step, line.Text, at = line.At.ToUnixTimeMilliseconds() }));
    }

    private Task<IReadOnlyList<OperationLogLine>> QueryAsync(string where, object parameters, CancellationToken cancellationToken) =>
        database.ReadAsync<IReadOnlyList<OperationLogLine>>(
            db => [.. db.Query<Row>("SELECT sequence, step, text, at FROM operation_log " + where, parameters).Select(row => row.ToLine())],
            cancellationToken);

    private sealed record UseRow
    {
        public int Lines { get; init; }
        public long Characters { get; init; }
    }

    private sealed record Row
    {
        public long Sequence { get; init; }
        public string Step { get; init; } = "";
        public string Text { get; init; } = "";
        public long At { get; init; }

        public OperationLogLine ToLine() => new(Sequence, Step, Text, DateTimeOffset.FromUnixTimeMilliseconds(At));
    }
}
