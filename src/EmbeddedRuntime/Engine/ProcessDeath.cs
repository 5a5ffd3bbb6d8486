namespace MultiAgentInfra.EmbeddedRuntime.Engine;

/// <summary>Tells a death that the process's own code has caused from one that came from outside, by what its parent sees.</summary>
internal static class ProcessDeath
{
    private const int SignalBase = 128;
    private const int LargestSignal = 64;
    private const int Kill = 9;

    // Only these are evidence: an outsider sends them to nobody, other than SIGKILL, SIGTERM, SIGXCPU and the rest. Numbers as in signal(7).
    private static readonly Dictionary<int, string> Faults = new()
    {
        [4] = "SIGILL",
        [5] = "SIGTRAP",
        [6] = "SIGABRT",
        [7] = "SIGBUS",
        [8] = "SIGFPE",
        [11] = "SIGSEGV",
        [31] = "SIGSYS",
    };

    /// <summary>In words; null when nothing inside is to blame.</summary>
    /// <param name="exitCode">As .NET reports it: 128 and the number of the signal, where one ended the process.</param>
    /// <param name="ranOutOfMemory">Whether the kernel killed for memory at that moment.</param>
    /// <param name="wasAtWork">Whether the engine had neither stopped nor failed.</param>
    public static string? CauseOf(int exitCode, bool ranOutOfMemory, bool wasAtWork)
    {
        var signal = exitCode - SignalBase;
        if (signal == Kill)
            return ranOutOfMemory ? "signal SIGKILL for lack of memory" : null;
        if (signal is > 0 and <= LargestSignal)
            return Faults.TryGetValue(signal, out var name) ? $"signal {name}" : null;
        return wasAtWork ? $"an exit with code {exitCode}" : null;
    }
}
