using System.Security.Cryptography;

namespace MultiAgentInfra.EmbeddedRuntime.Engine;

/// <summary>What a start does first: it makes suspects of what was in flight when the last process ended, and begins its own marks.</summary>
internal static class CrashRecovery
{
    public static async Task<(InFlightMarks Marks, Suspects Suspects)> BeginAsync(GroupCommit writer, DurableEngineOptions options)
    {
        var last = InFlightRecord.Read(options.DatabasePath);
        var note = DeathNote.Read(options.DatabasePath);
        var rows = await writer.WriteAsync(session => SuspectRows.Record(session, last, note));

        // The database is this process's by now.
        if (CrashWitness.Pid is { } witness)
            WitnessedProcess.Announce(options.DatabasePath, witness);

        // Only now that they are recorded may the old marks go. One more slot of each kind is for the trials.
        var life = CrashWitness.Life ?? BitConverter.ToInt64(RandomNumberGenerator.GetBytes(sizeof(long)));
        var marks = InFlightMarks.Create(
            options.DatabasePath, life, options.MaxConcurrentActivities + 1, options.MaxConcurrentTurns + 1, rows.Count > 0);
        DeathNote.Delete(options.DatabasePath);
        return (marks, new Suspects(writer, marks, rows));
    }
}
