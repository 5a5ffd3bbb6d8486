using System.Globalization;

namespace MultiAgentInfra.Benchmarks;

/// <summary>What the kernel counts as this process's resident memory.</summary>
internal static class OwnMemory
{
    /// <summary>Bytes after garbage is gone and its pages are given back, so that two readings differ by what is in use.</summary>
    public static async Task<double> SettledAsync()
    {
        for (var round = 0; round < 3; round++)
        {
            GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
            GC.WaitForPendingFinalizers();
            await Task.Delay(TimeSpan.FromMilliseconds(300), TimeProvider.System);
        }

        return Now();
    }

    public static double Now() => Read("VmRSS:");

    /// <summary>Bytes at most since the process began.</summary>
    public static double Peak() => Read("VmHWM:");

    private static double Read(string field)
    {
        var line = File.ReadLines("/proc/self/status").First(text => text.StartsWith(field, StringComparison.Ordinal));
        return double.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) * 1024;
    }
}
