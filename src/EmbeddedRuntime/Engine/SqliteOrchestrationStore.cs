using System.Collections.Concurrent;
using Dapper;
using Microsoft.Data.Sqlite;

namespace MultiAgentInfra.EmbeddedRuntime.Engine;

/// <summary>The engine's file: WAL, every commit synced, one writer, any number of readers, one process.</summary>
internal sealed class SqliteOrchestrationStore : IDisposable
{
    private readonly ConcurrentBag<ReadSession> _idleReaders = [];
    private readonly SqliteConnection _writeConnection;
    private readonly FileStream _lock;
    private readonly string _path;
    private volatile bool _isClosed;

    private SqliteOrchestrationStore(string path, FileStream fileLock, SqliteConnection connection, TimeProvider timeProvider, Action<Exception> onFatal)
    {
        _path = path;
        _lock = fileLock;
        _writeConnection = connection;
        Writer = new GroupCommit(connection, timeProvider, onFatal);
    }

    public GroupCommit Writer { get; }

    /// <exception cref="InvalidOperationException">Another process has the file open, a newer program has written it, or it cannot be written.</exception>
    public static SqliteOrchestrationStore Open(string path, TimeProvider timeProvider, Action<Exception> onFatal)
    {
        var fileLock = Lock(path);
        var connection = new SqliteConnection(ConnectionString(path));
        try
        {
            connection.Open();
            // The log is folded into the file every 4,000 pages (16 MiB), not every 1,000: most of its pages are written again soon after.
            connection.Execute("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA busy_timeout = 5000; PRAGMA wal_autocheckpoint = 4000");
            StoreSchema.Migrate(connection);
            return new SqliteOrchestrationStore(path, fileLock, connection, timeProvider, onFatal);
        }
        catch (Exception exception)
        {
            connection.Dispose();
            fileLock.Dispose();
            if (exception is SqliteException)
                throw Unusable(path, exception);
            throw;
        }
    }

    public T Read<T>(Func<ReadSession, T> read)
    {
        if (_isClosed)
            throw new InvalidOperationException("The durable engine has stopped.");
        var session = _idleReaders.TryTake(out var idle) ? idle : new ReadSession(ConnectionString(_path));
        try
        {
            return read(session);
        }
        finally
        {
            if (_isClosed)
                session.Dispose();
            else
                _idleReaders.Add(session);
        }
    }

    public void Dispose()
    {
        Writer.Dispose();
        _isClosed = true;
        while (_idleReaders.TryTake(out var reader))
            reader.Dispose();
        _writeConnection.Dispose();
        _lock.Dispose();
    }

    private static FileStream Lock(string path)
    {
        try
        {
            return new FileStream(path + ".lock", FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException exception) when (IsLocked(exception))
        {
            throw new InvalidOperationException($"The durable database {path} is in use by another process. Stop that one, or give this one its own data folder.", exception);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw Unusable(path, exception);
        }
    }

    // EAGAIN of Linux and of macOS, ERROR_SHARING_VIOLATION of Windows: .NET has no name for them.
    private static bool IsLocked(IOException exception) => exception.HResult is 11 or 35 or unchecked((int)0x80070020);

    private static InvalidOperationException Unusable(string path, Exception exception) =>
        new($"The durable database {path} cannot be written: {exception.Message} Its file and folder must be writable for this user and the disk must have room.", exception);

    // Pooled connections would keep the file open after a stop.
    private static string ConnectionString(string path) => new SqliteConnectionStringBuilder { DataSource = path, Pooling = false }.ConnectionString;
}
