using System.Globalization;

namespace MultiAgentInfra.Benchmarks;

/// <summary>Seconds of CPU so far: of this process, and of all processes of the machine.</summary>
internal sealed record CpuTimes(double Process, double Machine)
{
    // The kernel reports in these units to programs on every architecture.
    private const double TicksPerSecond = 100;

    // Of the line "cpu": user, nice, system, idle, waiting for a disk, interrupts, soft interrupts, taken by the hypervisor.
    private static readonly int[] Busy = [0, 1, 2, 5, 6, 7];

    public static CpuTimes Now()
    {
        using var process = System.Diagnostics.Process.GetCurrentProcess();
        var fields = File.ReadLines("/proc/stat").First().Split(' ', StringSplitOptions.RemoveEmptyEntries)[1..];
        return new CpuTimes(process.TotalProcessorTime.TotalSeconds, Busy.Sum(field => double.Parse(fields[field], CultureInfo.InvariantCulture)) / TicksPerSecond);
    }

    // The machine is counted by ticks and the process exactly, so that over a short time the part may seem larger than the whole.
    public CpuTimes Since(CpuTimes earlier) => new(Process - earlier.Process, Math.Max(Process - earlier.Process, Machine - earlier.Machine));
}
