using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace MultiAgentInfra.EmbeddedRuntime.Engine;

/// <summary>
/// Sees how the process dies that runs suspects: only a parent can tell a crash from a kill. While there are any, the program runs as two
/// processes, a small one that waits and its child that does the work. Without it suspects run alone too, and none is ever blamed.
/// </summary>
public static partial class CrashWitness
{
    private const string Variable = "MULTIAGENTINFRA_CRASH_WITNESS";

    // See prctl(2) and signal(7).
    private const int SetParentDeathSignal = 1;
    private const int KillSignal = 9;
    private const int KilledExitCode = 128 + KillSignal;

    // A process that is killed with much memory takes a while to give it back.
    private static readonly TimeSpan LongestDeath = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(10);

    // How close to the death of the child the kernel must have killed for memory; the count tells no process.
    private static readonly TimeSpan Sample = TimeSpan.FromSeconds(5);

    /// <summary>The number of this process, where a witness has given it one.</summary>
    internal static long? Life { get; private set; }

    /// <summary>The process that waits for this one, where there is one.</summary>
    internal static int? Pid { get; private set; }

    /// <summary>
    /// Call it first, before the program opens a port or a file. Null: go on. Otherwise the program was run by a child meanwhile, and this is
    /// its exit code, 128 and more for a signal. Blocks for as long as the child runs.
    /// </summary>
    /// <param name="databasePath">See <see cref="DurableEngineOptions.DatabasePath"/>; it need not exist.</param>
    public static int? Run(string databasePath)
    {
        if (!OperatingSystem.IsLinux())
            return null;
        if (TakeOrder() is { } order)
            return BecomeWitnessed(order.Witness, order.Life);
        if (WitnessedProcess.Read(databasePath) is { } previous && !WaitUntilGone(previous))
            return null;
        return InFlightRecord.Read(databasePath) is { } last && (last.HasSuspects || last.ValidMarks.Count > 0) ? Watch(databasePath) : null;
    }

    private static (int Witness, long Life)? TakeOrder()
    {
        var order = Environment.GetEnvironmentVariable(Variable)?.Split(' ');

        // For this process alone, and for none that it starts.
        Environment.SetEnvironmentVariable(Variable, null);
        return order is [var witness, var life]
            && int.TryParse(witness, CultureInfo.InvariantCulture, out var pid)
            && long.TryParse(life, CultureInfo.InvariantCulture, out var number)
            ? (pid, number)
            : null;
    }

    private static int? BecomeWitnessed(int witness, long life)
    {
        using var isBound = new ManualResetEventSlim();

        // The kernel keeps the wish with the thread that uttered it, so that this one stays.
        var bond = new Thread(() =>
        {
            _ = ControlProcess(SetParentDeathSignal, KillSignal, 0, 0, 0);
            isBound.Set();
            new ManualResetEventSlim().Wait();
        });
        bond.IsBackground = true;
        bond.Start();
        isBound.Wait();

        // Killed before that: then nobody sees how this process dies.
        if (ParentId() != witness)
            return KilledExitCode;
        (Life, Pid) = (life, witness);
        return null;
    }

    /// <summary>False for one that runs as it should.</summary>
    private static bool WaitUntilGone(WitnessedProcess previous)
    {
        using var pause = new ManualResetEventSlim();
        var started = TimeProvider.System.GetTimestamp();
        while (previous.IsAlive && TimeProvider.System.GetElapsedTime(started) < LongestDeath)
        {
            if (previous.IsWatched)
                return false;
            pause.Wait(Poll);
        }

        return true;
    }

    private static int? Watch(string databasePath)
    {
        var life = BitConverter.ToInt64(RandomNumberGenerator.GetBytes(sizeof(long)));
        if (TryStartAgain(life) is not { } child)
            return null;
        using var _ = child;
        using var terminate = Forward(PosixSignal.SIGTERM, 15, child);
        using var interrupt = Forward(PosixSignal.SIGINT, 2, child);
        using var hangUp = Forward(PosixSignal.SIGHUP, 1, child);
        using var quit = Forward(PosixSignal.SIGQUIT, 3, child);

        // The kernel counts before the memory is given back and the child is seen to be gone: the last count but one is from before both.
        var before = OutOfMemoryKills.Count();
        var latest = before;
        while (!child.WaitForExit(Sample))
            (before, latest) = (latest, OutOfMemoryKills.Count());
        var wasAtWork = InFlightRecord.Read(databasePath) is { } last && last.Life == life && !last.IsEnded;
        if (ProcessDeath.CauseOf(child.ExitCode, OutOfMemoryKills.Count() > before, wasAtWork) is { } cause)
            TryWrite(new DeathNote(life, cause), databasePath);
        return child.ExitCode;
    }

    /// <summary>The same program with the same arguments and streams; null where the machine has no room for one more process.</summary>
    private static Process? TryStartAgain(long life)
    {
        var command = File.ReadAllText("/proc/self/cmdline").Split('\0')[..^1];
        var start = new ProcessStartInfo(Environment.ProcessPath!, command.Skip(1)) { UseShellExecute = false };
        start.Environment[Variable] = string.Create(CultureInfo.InvariantCulture, $"{Environment.ProcessId} {life}");
        try
        {
            return Process.Start(start);
        }
        catch (Win32Exception)
        {
            // Unwitnessed, then: the suspects run alone all the same.
            return null;
        }
    }

    private static void TryWrite(DeathNote note, string databasePath)
    {
        try
        {
            note.Write(databasePath);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // Then this death does not count, and the exit code is still the child's.
        }
    }

    private static PosixSignalRegistration Forward(PosixSignal signal, int number, Process child) => PosixSignalRegistration.Create(signal, context =>
    {
        context.Cancel = true;
        if (!child.HasExited)
            _ = Kill(child.Id, number);
    });

    [LibraryImport("libc", EntryPoint = "prctl", SetLastError = true)]
    private static partial int ControlProcess(int option, nint second, nint third, nint fourth, nint fifth);

    [LibraryImport("libc", EntryPoint = "getppid")]
    private static partial int ParentId();

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static partial int Kill(int pid, int signal);
}
