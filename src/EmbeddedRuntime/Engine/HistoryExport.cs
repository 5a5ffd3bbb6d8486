using Microsoft.Data.Sqlite;

namespace MultiAgentInfra.EmbeddedRuntime.Engine;

/// <summary>Reads histories from an engine's database, whether a process uses it or none does; it changes nothing in it and needs no lock.</summary>
public static class HistoryExport
{
    /// <summary>The history of an instance at this moment; null when the database has no such instance.</summary>
    /// <exception cref="FileNotFoundException">There is no database.</exception>
    /// <exception cref="InvalidOperationException">Another version of the program has written it.</exception>
    public static InstanceHistory? Read(string databasePath, string instanceId) => Open(databasePath, reader =>
        reader.Instance(instanceId) is { } instance ? InstanceHistory.Of(instance, reader.History(instance.Execution)) : null);

    /// <summary>The ids of the instances that have the text in their id or input.</summary>
    /// <exception cref="FileNotFoundException">There is no database.</exception>
    /// <exception cref="InvalidOperationException">Another version of the program has written it.</exception>
    public static IReadOnlyList<string> Find(string databasePath, string text) => Open(databasePath, reader => (IReadOnlyList<string>)
    [
        .. reader.Page("", null, null, null, null, int.MaxValue)
            .Where(instance => instance.InstanceId.Contains(text, StringComparison.OrdinalIgnoreCase)
                || instance.Input?.Contains(text, StringComparison.OrdinalIgnoreCase) == true)
            .Select(instance => instance.InstanceId),
    ]);

    private static T Open<T>(string path, Func<ReadSession, T> read)
    {
        while (true)
        {
            var closedSince = ClosedSince(path);
            try
            {
                var result = ReadOnce(ConnectionString(path, closedSince is not null), read);
                if (closedSince is null || closedSince == ClosedSince(path))
                    return result;
            }
            catch (SqliteException) when (closedSince is not null && closedSince != ClosedSince(path))
            {
                // An engine has opened the file meanwhile: it is read again, this time with its log.
            }
        }
    }

    /// <summary>When a file that nobody uses was written last; null for one that has a log, which belongs to its content.</summary>
    private static DateTime? ClosedSince(string path)
    {
        if (!File.Exists(path))
            throw new FileNotFoundException($"There is no durable database {path}.", path);
        return File.Exists(path + "-wal") ? null : File.GetLastWriteTimeUtc(path);
    }

    private static T ReadOnce<T>(string connectionString, Func<ReadSession, T> read)
    {
        using (var connection = new SqliteConnection(connectionString))
        {
            connection.Open();
            StoreSchema.RequireCurrent(connection);
        }

        using var session = new ReadSession(connectionString);
        return session.AtOneMoment(read);
    }

    // A file without a log is read as one that does not change: SQLite would make a log and its index beside it, and leave them there.
    private static string ConnectionString(string path, bool isClosed) => new SqliteConnectionStringBuilder
    {
        DataSource = isClosed ? $"file:{Escape(Path.GetFullPath(path))}?immutable=1" : path,
        Mode = SqliteOpenMode.ReadOnly,
        Pooling = false,
    }.ConnectionString;

    // The three characters that mean something in a file name of SQLite (https://www.sqlite.org/uri.html#the_uri_path).
    private static string Escape(string path) => path
        .Replace("%", "%25", StringComparison.Ordinal)
        .Replace("?", "%3f", StringComparison.Ordinal)
        .Replace("#", "%23", StringComparison.Ordinal);
}
