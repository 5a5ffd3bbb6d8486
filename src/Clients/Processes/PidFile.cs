using System.Globalization;

namespace MultiAgentInfra.Clients.Processes;

/// <summary>
/// The record that a started process writes of itself, before it becomes what was asked for, so that whoever started it may die at any moment:
/// pid, start time and the machine's boot id on the first line, a note of the starter on the second.
/// </summary>
public sealed record PidFile(ProcessIdentity Identity, string Note)
{
    /// <summary>The shell function <c>record FILE NOTE</c> that writes the file atomically.</summary>
    internal static string RecordFunction { get; } = EmbeddedText.Read("record.sh");

    /// <summary>Null when there is no record; the identity in one of an earlier boot of the machine is never alive.</summary>
    public static PidFile? Read(string path)
    {
        string[] lines;
        try
        {
            lines = File.ReadAllLines(path);
        }
        catch (IOException)
        {
            return null;
        }
        return lines is [var first, ..]
            && first.Split(' ') is [var pidText, var startText, var boot]
            && int.TryParse(pidText, CultureInfo.InvariantCulture, out var pid)
            && long.TryParse(startText, CultureInfo.InvariantCulture, out var startTime)
            ? new PidFile(boot == BootId() ? new ProcessIdentity(pid, startTime) : Ended, lines.Length > 1 ? lines[1] : "")
            : null;
    }

    /// <summary>Stands for a process of an earlier boot: no process has this number.</summary>
    internal static ProcessIdentity Ended { get; } = new(int.MaxValue, long.MaxValue);

    private static string BootId() => File.ReadAllText("/proc/sys/kernel/random/boot_id").Trim();
}
