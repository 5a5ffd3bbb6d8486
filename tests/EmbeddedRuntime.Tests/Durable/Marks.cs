using Microsoft.Data.Sqlite;
using MultiAgentInfra.EmbeddedRuntime.Engine;

namespace MultiAgentInfra.EmbeddedRuntime.Tests.Durable;

/// <summary>What an engine has on disk about its suspects, and what a witness would add.</summary>
internal static class Marks
{
    public const long WrittenLife = 1;

    public static WorkId? Alone(TestEngine engine) => InFlightRecord.Read(engine.DatabasePath)?.Alone;

    /// <summary>As a witness does when the process dies by its own fault now.</summary>
    public static void WriteNote(TestEngine engine) =>
        new DeathNote(InFlightRecord.Read(engine.DatabasePath)!.Life, "signal SIGABRT").Write(engine.DatabasePath);

    /// <summary>As a process leaves it that dies while only this runs.</summary>
    public static void Write(TestEngine engine, WorkId work)
    {
        using var marks = InFlightMarks.Create(engine.DatabasePath, WrittenLife, 1, 1, hasSuspects: false);
        marks.Set((int)work.Kind, work.Id);
        marks.IsAlone = true;
    }

    public static List<(WorkId Work, int Deaths, int Passes)> Suspects(TestEngine engine)
    {
        using var connection = new SqliteConnection($"Data Source={engine.DatabasePath};Pooling=False;Mode=ReadOnly");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = "SELECT Kind, Id, Deaths, Passes FROM Suspects";
        using var reader = command.ExecuteReader();
        var rows = new List<(WorkId, int, int)>();
        while (reader.Read())
            rows.Add((new WorkId((WorkKind)reader.GetInt32(0), reader.GetInt64(1)), reader.GetInt32(2), reader.GetInt32(3)));
        return rows;
    }
}
