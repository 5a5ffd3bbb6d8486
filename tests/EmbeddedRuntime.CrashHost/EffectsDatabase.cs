using Microsoft.Data.Sqlite;

namespace MultiAgentInfra.EmbeddedRuntime.CrashHost;

/// <summary>What activities have done to the world: one effect for each key, and a line for every run.</summary>
internal sealed class EffectsDatabase : IDisposable
{
    private readonly Lock _gate = new();
    private readonly SqliteConnection _connection;
    private readonly SqliteCommand _run;

    public EffectsDatabase(string path)
    {
        _connection = new SqliteConnection($"Data Source={path};Pooling=False");
        _connection.Open();

        // A killed process loses nothing that the kernel has; only a power cut would.
        using var schema = _connection.CreateCommand();
        schema.CommandText =
            """
            PRAGMA journal_mode = WAL;
            PRAGMA synchronous = OFF;
            CREATE TABLE IF NOT EXISTS Effects (Key TEXT PRIMARY KEY) WITHOUT ROWID;
            CREATE TABLE IF NOT EXISTS Runs (Key TEXT NOT NULL, Number INTEGER NOT NULL, PRIMARY KEY (Key, Number)) WITHOUT ROWID;
            """;
        schema.ExecuteNonQuery();
        _run = _connection.CreateCommand();
        _run.CommandText =
            """
            BEGIN IMMEDIATE;
            INSERT OR IGNORE INTO Effects (Key) VALUES ($key);
            INSERT INTO Runs (Key, Number) SELECT $key, 1 + count(*) FROM Runs WHERE Key = $key RETURNING Number;
            COMMIT;
            """;
        _run.Parameters.Add("$key", SqliteType.Text);
    }

    /// <summary>Makes the effect, unless it is there, and answers which run of the key this is.</summary>
    public int Run(string key)
    {
        lock (_gate)
        {
            _run.Parameters[0].Value = key;
            using var reader = _run.ExecuteReader();
            reader.Read();
            var number = reader.GetInt32(0);
            while (reader.NextResult())
                continue;
            return number;
        }
    }

    public void Dispose()
    {
        _run.Dispose();
        _connection.Dispose();
    }
}
