using Dapper;
using Microsoft.Data.Sqlite;

namespace MultiAgentInfra.EmbeddedRuntime.Engine;

/// <summary>The tables of the engine. A later version adds a step to <see cref="Steps"/>; a file from a newer program is refused.</summary>
internal static class StoreSchema
{
    // An execution is one run of an instance: starting over or reusing a finished id makes a new one, so that late results of the old find no reader.
    private static readonly string[] Steps =
    [
        """
        CREATE TABLE Instances (
          Execution INTEGER PRIMARY KEY AUTOINCREMENT,
          InstanceId TEXT NOT NULL UNIQUE,
          Name TEXT NOT NULL,
          Status INTEGER NOT NULL,
          CreatedAt INTEGER NOT NULL,
          UpdatedAt INTEGER NOT NULL,
          Input TEXT, Output TEXT, CustomStatus TEXT, Failure TEXT,
          Detail TEXT NOT NULL,
          ParentInstanceId TEXT);
        CREATE INDEX InstancesByParent ON Instances (ParentInstanceId) WHERE ParentInstanceId IS NOT NULL;
        CREATE TABLE History (
          Execution INTEGER NOT NULL, Seq INTEGER NOT NULL,
          Kind INTEGER NOT NULL, TaskId INTEGER NOT NULL, Name TEXT, Payload TEXT, Detail TEXT, Time INTEGER NOT NULL,
          PRIMARY KEY (Execution, Seq)) WITHOUT ROWID;
        CREATE TABLE NewEvents (
          Id INTEGER PRIMARY KEY AUTOINCREMENT,
          InstanceId TEXT NOT NULL, Execution INTEGER, VisibleAt INTEGER NOT NULL,
          Kind INTEGER NOT NULL, TaskId INTEGER NOT NULL, Name TEXT, Payload TEXT, Detail TEXT, Time INTEGER NOT NULL);
        CREATE INDEX NewEventsByInstance ON NewEvents (InstanceId);
        CREATE TABLE NewTasks (
          Id INTEGER PRIMARY KEY AUTOINCREMENT,
          Execution INTEGER NOT NULL, InstanceId TEXT NOT NULL, TaskId INTEGER NOT NULL,
          Name TEXT NOT NULL, Version TEXT NOT NULL, Input TEXT);
        """,
        """
        CREATE TABLE Suspects (
          Kind INTEGER NOT NULL, Id INTEGER NOT NULL,
          Deaths INTEGER NOT NULL, Passes INTEGER NOT NULL, Cause TEXT, LastLife INTEGER,
          PRIMARY KEY (Kind, Id)) WITHOUT ROWID;
        """,
    ];

    public static void Migrate(SqliteConnection connection)
    {
        var version = Version(connection);
        for (var step = (int)version; step < Steps.Length; step++)
            connection.Execute($"BEGIN IMMEDIATE; {Steps[step]} PRAGMA user_version = {step + 1}; COMMIT;");

        // Also when nothing has changed: a file that cannot be written has to say so now and not at the first orchestration.
        connection.Execute($"PRAGMA user_version = {Steps.Length}");
    }

    /// <summary>For who only reads.</summary>
    /// <exception cref="InvalidOperationException">The file is from a newer program, or this one has not migrated it yet.</exception>
    public static void RequireCurrent(SqliteConnection connection)
    {
        var version = Version(connection);
        if (version < Steps.Length)
            throw new InvalidOperationException($"The database {connection.DataSource} has schema version {version}, older than this program's {Steps.Length}. Start the control plane on it once.");
    }

    private static long Version(SqliteConnection connection)
    {
        using var readVersion = new Statement(connection, "PRAGMA user_version");
        var version = readVersion.Scalar() ?? 0;
        return version <= Steps.Length
            ? version
            : throw new InvalidOperationException($"The database {connection.DataSource} has schema version {version}; this program knows up to {Steps.Length}.");
    }
}
