using System.Runtime.InteropServices;

namespace MultiAgentInfra.Clients.Processes;

/// <summary>The signals that the control plane sends; numbers as in signal(7).</summary>
public enum ProcessSignal
{
    Kill = 9,
    Terminate = 15,
}

/// <summary>A process that was started through <c>setsid</c>, and all that it started: its group and its session; Linux only.</summary>
public static partial class ProcessGroup
{
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(20);

    /// <summary>True while any process of the leader's group or session runs, the leader itself or one that outlived it.</summary>
    /// <param name="mark">See <see cref="Signal"/>.</param>
    public static bool IsAlive(ProcessIdentity leader, string? mark = null) => leader.IsAlive || Members(leader, mark).Count > 0;

    /// <summary>Sends the signal to the whole group after a check that it is still the leader's; false when nothing of it is left.</summary>
    /// <param name="mark">An entry of the environment, <c>NAME=value</c>, that only what the leader started bears: it finds those that made
    /// themselves a session of their own.</param>
    public static bool Signal(ProcessIdentity leader, ProcessSignal signal, string? mark = null)
    {
        var members = Members(leader, mark);
        if (members.Any(member => member.Group == leader.Pid))
            _ = Kill(-leader.Pid, (int)signal);
        foreach (var member in members.Where(member => member.Group != leader.Pid))
            _ = Kill(member.Pid, (int)signal);
        return members.Count > 0;
    }

    /// <summary>Kills the whole group and returns when it is gone.</summary>
    /// <exception cref="OperationCanceledException">The group outlived the caller's patience, as a process in an uninterruptible call does.</exception>
    public static async Task KillAsync(ProcessIdentity leader, TimeProvider time, CancellationToken cancellationToken)
    {
        while (Signal(leader, ProcessSignal.Kill))
            await Task.Delay(Poll, time, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Returns when nothing of the group runs any more.</summary>
    public static async Task WaitUntilGoneAsync(ProcessIdentity leader, TimeProvider time, CancellationToken cancellationToken)
    {
        while (IsAlive(leader))
            await Task.Delay(Poll, time, cancellationToken).ConfigureAwait(false);
    }

    private static List<ProcessStat> Members(ProcessIdentity leader, string? mark)
    {
        // The kernel reuses no number that a group or session still bears. So a leader of another start time means that ours is gone
        // with everything it had, and without a leader whoever bears the number and is not older belongs to it.
        var isReused = ProcessStat.Read(leader.Pid) is { } found && found.StartTime != leader.StartTime;
        return
        [
            .. ProcessStat.All().Where(stat => !stat.IsGone && stat.StartTime >= leader.StartTime
                && ((!isReused && (stat.Pid == leader.Pid || stat.Group == leader.Pid || stat.Session == leader.Pid))
                    || (mark is not null && stat.Bears(mark)))),
        ];
    }

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static partial int Kill(int pid, int signal);
}
