using Dapper;
using Microsoft.Data.Sqlite;

namespace MultiAgentInfra.Clients.Sqlite;

/// <summary>The SQLite file of the control plane: parallel reads, one write transaction at a time, each safe on the disk when it returns.</summary>
public sealed class ControlDatabase : IDisposable
{
    private const string Pragmas = "PRAGMA busy_timeout = 10000; PRAGMA synchronous = FULL; PRAGMA secure_delete = ON;";

    private readonly SemaphoreSlim _turn = new(1, 1);
    private readonly TimeProvider _time;
    private readonly string _connectionString;
    private readonly SqliteConnection _writer;

    static ControlDatabase() => DefaultTypeMap.MatchNamesWithUnderscores = true;

    /// <summary>Opens the file and brings its schema up to date.</summary>
    /// <exception cref="InvalidOperationException">A newer release has written the file.</exception>
    public ControlDatabase(DataFolder folder, TimeProvider time)
    {
        _time = time;
        _connectionString = new SqliteConnectionStringBuilder { DataSource = folder.ControlDatabase, ForeignKeys = true }.ToString();
        _writer = Open();
        try
        {
            _writer.Execute("PRAGMA journal_mode = WAL;");
            Migrations.Apply(_writer, Now.ToUnixTimeMilliseconds());
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>The time in the precision that is stored, so that what was written equals what is read.</summary>
    public DateTimeOffset Now => DateTimeOffset.FromUnixTimeMilliseconds(_time.GetUtcNow().ToUnixTimeMilliseconds());

    /// <summary>Whether any secret is stored, sealed by some key.</summary>
    public bool HasSecrets()
    {
        using var connection = Open();
        return connection.ExecuteScalar<bool>("SELECT EXISTS (SELECT 1 FROM secrets)");
    }

    public void Dispose()
    {
        _writer.Dispose();
        SqliteConnection.ClearPool(_writer);
        _turn.Dispose();
    }

    /// <summary>Reads one consistent snapshot.</summary>
    internal Task<T> ReadAsync<T>(Func<SqliteConnection, T> work, CancellationToken cancellationToken)
    {
        if (cancellationToken.IsCancellationRequested)
            return Task.FromCanceled<T>(cancellationToken);
        return Task.FromResult(Read(work));
    }

    /// <summary>The same for one row or two.</summary>
    internal T Read<T>(Func<SqliteConnection, T> work)
    {
        using var connection = Open();
        using var transaction = connection.BeginTransaction(deferred: true);
        return work(connection);
    }

    /// <summary>Does all of the work or, when it throws, none of it.</summary>
    internal async Task<T> WriteAsync<T>(Func<SqliteConnection, T> work, CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            using var transaction = _writer.BeginTransaction(deferred: false);
            var result = work(_writer);
            transaction.Commit();
            return result;
        }
        finally
        {
            _turn.Release();
        }
    }

    internal Task WriteAsync(Action<SqliteConnection> work, CancellationToken cancellationToken) =>
        WriteAsync(
            connection =>
            {
                work(connection);
                return true;
            },
            cancellationToken);

    /// <summary>Empties the write-ahead log, which may hold what has been deleted from the database; false while a reader prevents it.</summary>
    internal async Task<bool> TruncateLogAsync(CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            return !_writer.ExecuteScalar<bool>("PRAGMA wal_checkpoint(TRUNCATE);");
        }
        finally
        {
            _turn.Release();
        }
    }

    private SqliteConnection Open()
    {
        var connection = new SqliteConnection(_connectionString);
        connection.Open();
        connection.Execute(Pragmas);
        return connection;
    }
}
