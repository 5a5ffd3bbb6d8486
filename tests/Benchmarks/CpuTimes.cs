using System.Globalization;

namespace MultiAgentInfra.Benchmarks;

/// <summary>Seconds of CPU so far: of this process with the workers that have ended, and of all processes of the machine.</summary>
internal sealed record CpuTimes(double Process, double Machine)
{
    // The kernel reports in these units to programs on every architecture.
    private const double TicksPerSecond = 100;

    // Of the machine: user, nice, system, interrupts, soft interrupts, taken by the hypervisor; not idle and not waiting for a disk.
    private static readonly int[] OfMachine = [1, 2, 3, 6, 7, 8];

    // Behind the program's name: its own user and system time, and those of its children.
    private static readonly int[] OfProcess = [11, 12, 13, 14];

    public static CpuTimes Now() => new(
        Seconds(File.ReadAllText("/proc/self/stat").Split(") ")[^1], OfProcess),
        Seconds(File.ReadLines("/proc/stat").First(), OfMachine));

    public double OthersShare(double seconds) => (Machine - Process) / seconds / Environment.ProcessorCount;

    // The two are rounded differently, so that over a short time the part may seem larger than the whole.
    public CpuTimes Since(CpuTimes earlier) => new(Process - earlier.Process, Math.Max(Process - earlier.Process, Machine - earlier.Machine));

    private static double Seconds(string line, int[] columns)
    {
        var fields = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return columns.Sum(column => double.Parse(fields[column], CultureInfo.InvariantCulture)) / TicksPerSecond;
    }
}
