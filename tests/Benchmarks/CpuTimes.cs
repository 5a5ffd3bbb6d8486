using System.Globalization;

namespace MultiAgentInfra.Benchmarks;

/// <summary>Seconds of CPU so far: of this process, of the engine's writing thread in it, and of the whole machine.</summary>
internal sealed record CpuTimes(double Process, double? Writer, double Machine)
{
    // The kernel reports in these units to programs on every architecture.
    private const double TicksPerSecond = 100;

    public static CpuTimes Now()
    {
        using var process = System.Diagnostics.Process.GetCurrentProcess();
        return new CpuTimes(process.TotalProcessorTime.TotalSeconds, WriterSeconds(), MachineSeconds());
    }

    public CpuTimes Since(CpuTimes earlier) => new(Process - earlier.Process, Writer - earlier.Writer, Machine - earlier.Machine);

    // Everything but idle and waiting for the disk; time that the hypervisor took is not there either.
    private static double MachineSeconds()
    {
        var fields = Numbers(File.ReadLines("/proc/stat").First(line => line.StartsWith("cpu ", StringComparison.Ordinal))[4..]);
        return (fields[..8].Sum() - fields[3] - fields[4]) / TicksPerSecond;
    }

    private static double? WriterSeconds()
    {
        var thread = Directory.EnumerateDirectories("/proc/self/task").FirstOrDefault(IsWriter);
        if (thread is null)
            return null;
        var fields = File.ReadAllText(Path.Combine(thread, "stat")).Split(") ")[^1].Split(' ')[11..13];
        return Numbers(string.Join(' ', fields)).Sum() / TicksPerSecond;
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

    private static double[] Numbers(string text) =>
        [.. text.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(field => double.Parse(field, CultureInfo.InvariantCulture))];
}
