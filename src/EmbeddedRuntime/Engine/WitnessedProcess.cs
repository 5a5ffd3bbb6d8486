using System.Globalization;
using System.Text;

namespace MultiAgentInfra.EmbeddedRuntime.Engine;

/// <summary>
/// The file by which the next start finds a process whose witness was killed: the kernel ends that process too, a moment later, and until
/// then it still holds the database.
/// </summary>
/// <param name="StartTime">Clock ticks between the machine's boot and the process's start, since numbers are used again.</param>
internal sealed record WitnessedProcess(int Pid, long StartTime, int Witness)
{
    public static void Announce(string databasePath, int witness)
    {
        var (_, _, startTime) = Stat(Environment.ProcessId) ?? default;
        SideFile.Replace(PathOf(databasePath), Encoding.UTF8.GetBytes($"{Environment.ProcessId} {startTime} {witness}\n"));
    }

    public static WitnessedProcess? Read(string databasePath) => SideFile.ReadText(PathOf(databasePath)) is { } text ? Parse(text) : null;

    /// <summary>Null for a text that no process has written.</summary>
    public static WitnessedProcess? Parse(string text) =>
        text.Split(' ') is [var pid, var startTime, var witness]
        && int.TryParse(pid, NumberStyles.None, CultureInfo.InvariantCulture, out var process)
        && long.TryParse(startTime, NumberStyles.None, CultureInfo.InvariantCulture, out var ticks)
        && int.TryParse(witness.TrimEnd('\n'), NumberStyles.None, CultureInfo.InvariantCulture, out var parent)
            ? new WitnessedProcess(process, ticks, parent)
            : null;

    public bool IsAlive => Stat(Pid) is { } stat && stat.StartTime == StartTime && !(stat.State is 'Z' or 'X' && !HasOtherThreads());

    /// <summary>Whether it runs as it should, which a second start has to leave alone.</summary>
    public bool IsWatched => IsAlive && Stat(Pid)?.Parent == Witness;

    private static string PathOf(string databasePath) => databasePath + ".witness";

    // The first thread of a killed process may be gone while others still hold its files.
    private bool HasOtherThreads()
    {
        try
        {
            return Directory.EnumerateDirectories($"/proc/{Pid}/task").Skip(1).Any();
        }
        catch (IOException)
        {
            return false;
        }
    }

    private static (char State, int Parent, long StartTime)? Stat(int pid)
    {
        // The command's name stands in parentheses and may hold blanks and parentheses itself: the last one closes it.
        var line = SideFile.ReadText($"/proc/{pid}/stat") ?? "";
        var fields = line[(line.LastIndexOf(')') + 1)..].Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return fields.Length >= 20
            && int.TryParse(fields[1], CultureInfo.InvariantCulture, out var parent)
            && long.TryParse(fields[19], CultureInfo.InvariantCulture, out var startTime)
            ? (fields[0][0], parent, startTime)
            : null;
    }
}
