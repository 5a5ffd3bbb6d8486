using System.Buffers;
using System.Text;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace MultiAgentInfra.EmbeddedRuntime.Engine;

/// <summary>
/// A prepared statement whose parameters are given by position, for one thread at a time. It calls SQLite directly: the writer runs some ten
/// statements a step, and each costs a command of ADO.NET four times as much.
/// </summary>
internal sealed class Statement : IDisposable
{
    private readonly sqlite3 _database;
    private readonly sqlite3_stmt _statement;
    private readonly int[] _indexes;

    public Statement(SqliteConnection connection, string sql, params ReadOnlySpan<string> parameters)
    {
        _database = connection.Handle!;
        Check(raw.sqlite3_prepare_v2(_database, sql, out _statement));
        _indexes = new int[parameters.Length];
        for (var position = 0; position < parameters.Length; position++)
            _indexes[position] = raw.sqlite3_bind_parameter_index(_statement, "$" + parameters[position]);
    }

    /// <summary>Runs it and returns how many rows it changed.</summary>
    public int Execute(params ReadOnlySpan<SqlValue> values)
    {
        Bind(values);
        try
        {
            while (Step())
            {
            }

            return raw.sqlite3_changes(_database);
        }
        finally
        {
            raw.sqlite3_reset(_statement);
        }
    }

    /// <summary>The number in the first column of the first row; null when there is no row.</summary>
    public long? Scalar(params ReadOnlySpan<SqlValue> values)
    {
        Bind(values);
        try
        {
            long? first = Step() ? Number(0) : null;

            // A statement that changes rows has changed them all only when it has run to its end.
            while (first is not null && Step())
            {
            }

            return first;
        }
        finally
        {
            raw.sqlite3_reset(_statement);
        }
    }

    public List<T> Read<T>(Func<Statement, T> read, params ReadOnlySpan<SqlValue> values)
    {
        Bind(values);
        try
        {
            var rows = new List<T>();
            while (Step())
                rows.Add(read(this));
            return rows;
        }
        finally
        {
            raw.sqlite3_reset(_statement);
        }
    }

    public bool IsNull(int column) => raw.sqlite3_column_type(_statement, column) == raw.SQLITE_NULL;

    public long Number(int column) => raw.sqlite3_column_int64(_statement, column);

    public string? Text(int column) => IsNull(column) ? null : Encoding.UTF8.GetString(raw.sqlite3_column_blob(_statement, column));

    public void Dispose() => _statement.Dispose();

    private bool Step()
    {
        var result = raw.sqlite3_step(_statement);
        if (result == raw.SQLITE_ROW)
            return true;
        if (result != raw.SQLITE_DONE)
            Check(result);
        return false;
    }

    private void Bind(ReadOnlySpan<SqlValue> values)
    {
        for (var position = 0; position < values.Length; position++)
        {
            var index = _indexes[position];
            ref readonly var value = ref values[position];
            if (value.IsNull)
                Check(raw.sqlite3_bind_null(_statement, index));
            else if (value.Text is { } text)
                BindText(index, text);
            else
                Check(raw.sqlite3_bind_int64(_statement, index, value.Number));
        }
    }

    private void BindText(int index, string text)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(Encoding.UTF8.GetMaxByteCount(text.Length));
        var length = Encoding.UTF8.GetBytes(text, buffer);
        Check(raw.sqlite3_bind_text(_statement, index, buffer.AsSpan(0, length)));
        ArrayPool<byte>.Shared.Return(buffer);
    }

    private void Check(int result) => SqliteException.ThrowExceptionForRC(result, _database);
}
