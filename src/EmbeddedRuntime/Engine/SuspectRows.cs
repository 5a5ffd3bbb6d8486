namespace MultiAgentInfra.EmbeddedRuntime.Engine;

/// <summary>The table Suspects, inside the writer's transaction; it is used at a start and when a suspect ends, so that nothing is kept prepared.</summary>
internal static class SuspectRows
{
    private static readonly string Unfinished =
        $"Status NOT IN ({(int)OrchestrationRuntimeStatus.Completed}, {(int)OrchestrationRuntimeStatus.Failed}, {(int)OrchestrationRuntimeStatus.Terminated})";

    private static readonly string Exists =
        $"(SELECT 1 FROM NewTasks WHERE $kind = 0 AND Id = $id UNION ALL SELECT 1 FROM Instances WHERE $kind = 1 AND Execution = $id AND {Unfinished})";

    /// <summary>Adds the marks of the last process, counts its death where it was the fault of one, and returns all whose work is still there.</summary>
    public static IReadOnlyList<Suspect> Record(WriteSession session, InFlightRecord? last, DeathNote? note)
    {
        foreach (var mark in last?.ValidMarks ?? [])
            Execute(session, $"INSERT OR IGNORE INTO Suspects (Kind, Id, Deaths, Passes) SELECT $kind, $id, 0, 0 WHERE EXISTS {Exists}", mark);

        // By the number of the process, so that one death is counted once even when this process is killed right after the commit.
        if (last?.Alone is { } alone && note?.Life == last.Life)
        {
            using var count = new Statement(
                session.Connection,
                "UPDATE Suspects SET Deaths = Deaths + 1, Cause = $cause, LastLife = $life WHERE Kind = $kind AND Id = $id AND LastLife IS NOT $life",
                "cause", "life", "kind", "id");
            count.Execute(note.Cause, note.Life, (int)alone.Kind, alone.Id);
        }

        using var drop = new Statement(
            session.Connection,
            "DELETE FROM Suspects WHERE (Kind = 0 AND Id NOT IN (SELECT Id FROM NewTasks)) "
            + $"OR (Kind = 1 AND Id NOT IN (SELECT Execution FROM Instances WHERE {Unfinished}))");
        drop.Execute();
        return Read(session);
    }

    public static void Delete(WriteSession session, WorkId work) => Execute(session, "DELETE FROM Suspects WHERE Kind = $kind AND Id = $id", work);

    /// <summary>Notes that the work has outlived its time alone.</summary>
    public static void Pass(WriteSession session, WorkId work) => Execute(session, "UPDATE Suspects SET Passes = Passes + 1 WHERE Kind = $kind AND Id = $id", work);

    private static List<Suspect> Read(WriteSession session)
    {
        // Those that have had their time alone come last: work that takes long does not keep the others from their trial for ever.
        using var select = new Statement(
            session.Connection,
            "SELECT Kind, Id, InstanceId, Deaths, Passes, Cause FROM Suspects LEFT JOIN Instances ON Kind = 1 AND Execution = Id ORDER BY Passes, Deaths, Kind, Id");
        return select.Read(row => new Suspect(
            new WorkId((WorkKind)row.Number(0), row.Number(1)), row.Text(2), (int)row.Number(3), (int)row.Number(4), row.Text(5)));
    }

    private static void Execute(WriteSession session, string sql, WorkId work)
    {
        using var statement = new Statement(session.Connection, sql, "kind", "id");
        statement.Execute((int)work.Kind, work.Id);
    }
}
