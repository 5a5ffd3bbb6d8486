using System.Globalization;

namespace MultiAgentInfra.Benchmarks;

/// <summary>What the kernel knows of this process and its threads.</summary>
internal static class OwnProcess
{
    // The kernel reports in these units to programs on every architecture.
    private const double TicksPerSecond = 100;

    /// <summary>Resident bytes after garbage is gone and its pages are given back, so that two readings differ by what is in use.</summary>
    public static async Task<double> SettledMemoryAsync()
    {
        for (var round = 0; round < 3; round++)
        {
            GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
            GC.WaitForPendingFinalizers();
            await Task.Delay(TimeSpan.FromMilliseconds(300), TimeProvider.System);
        }

        return Memory();
    }

    public static double Memory()
    {
        var line = File.ReadLines("/proc/self/status").First(text => text.StartsWith("VmRSS:", StringComparison.Ordinal));
        return double.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) * 1024;
    }

    /// <summary>Seconds of CPU that the engine's writing thread has used; null when there is no such thread.</summary>
    public static double? WriterSeconds()
    {
        var thread = Directory.EnumerateDirectories("/proc/self/task").FirstOrDefault(IsWriter);
        if (thread is null)
            return null;
        var fields = File.ReadAllText(Path.Combine(thread, "stat")).Split(')')[^1].Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return (double.Parse(fields[11], CultureInfo.InvariantCulture) + double.Parse(fields[12], CultureInfo.InvariantCulture)) / TicksPerSecond;
    }

    private static bool IsWriter(string thread)
    {
        try
        {
            return File.ReadAllText(Path.Combine(thread, "comm")).Trim() == "durable-writer";
        }
        catch (IOException)
        {
            // A thread that has ended meanwhile.
            return false;
        }
    }
}
