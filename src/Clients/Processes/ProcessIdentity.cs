namespace MultiAgentInfra.Clients.Processes;

/// <summary>One process and no later one of the same number; Linux only.</summary>
/// <param name="StartTime">Clock ticks since the machine's boot: field 22 of <c>/proc/PID/stat</c>, see proc_pid_stat(5).</param>
public sealed record ProcessIdentity(int Pid, long StartTime)
{
    /// <summary>False for a zombie too: nothing of it runs any more.</summary>
    public bool IsAlive => ProcessStat.Read(Pid) is { IsGone: false } stat && stat.StartTime == StartTime;

    /// <summary>Null when no process of that number exists.</summary>
    public static ProcessIdentity? Read(int pid) => ProcessStat.Read(pid) is { IsGone: false } stat ? new ProcessIdentity(pid, stat.StartTime) : null;
}
