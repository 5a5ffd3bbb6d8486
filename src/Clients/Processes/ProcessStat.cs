using System.Globalization;

namespace MultiAgentInfra.Clients.Processes;

/// <summary>The fields of <c>/proc/PID/stat</c> that tell processes apart; see proc_pid_stat(5).</summary>
/// <param name="StartTime">Clock ticks between the machine's boot and the process's start.</param>
internal sealed record ProcessStat(int Pid, char State, int Group, int Session, long StartTime)
{
    public bool IsGone => State is 'Z' or 'X' or 'x';

    /// <summary>Null when no such process exists.</summary>
    public static ProcessStat? Read(int pid)
    {
        try
        {
            return Parse(File.ReadAllText($"/proc/{pid.ToString(CultureInfo.InvariantCulture)}/stat"));
        }
        catch (IOException)
        {
            return null;
        }
        catch (UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>Null for a text that is no stat line.</summary>
    public static ProcessStat? Parse(string line)
    {
        // The command's name stands in parentheses and may hold blanks and parentheses itself: the last one closes it.
        var open = line.IndexOf('(', StringComparison.Ordinal);
        var close = line.LastIndexOf(')');
        if (open < 0 || close < open || !int.TryParse(line.AsSpan(0, open).Trim(), CultureInfo.InvariantCulture, out var pid))
            return null;
        var fields = line[(close + 1)..].Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        return fields.Length >= 20
            && fields[0].Length == 1
            && int.TryParse(fields[2], CultureInfo.InvariantCulture, out var group)
            && int.TryParse(fields[3], CultureInfo.InvariantCulture, out var session)
            && long.TryParse(fields[19], CultureInfo.InvariantCulture, out var startTime)
            ? new ProcessStat(pid, fields[0][0], group, session, startTime)
            : null;
    }

    /// <summary>Whether the process was given this entry of an environment, <c>NAME=value</c>; false where that cannot be read.</summary>
    public bool Bears(string entry)
    {
        try
        {
            return File.ReadAllText($"/proc/{Pid.ToString(CultureInfo.InvariantCulture)}/environ").Split('\0').Contains(entry);
        }
        catch (IOException)
        {
            return false;
        }
        catch (UnauthorizedAccessException)
        {
            return false;
        }
    }

    public static IEnumerable<ProcessStat> All()
    {
        foreach (var folder in Directory.EnumerateDirectories("/proc"))
        {
            if (int.TryParse(Path.GetFileName(folder.AsSpan()), CultureInfo.InvariantCulture, out var pid) && Read(pid) is { } stat)
                yield return stat;
        }
    }
}
