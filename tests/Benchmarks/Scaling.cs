namespace MultiAgentInfra.Benchmarks;

/// <summary>How throughput grows with concurrent instances, and what bounds it, by what was measured in the same run.</summary>
internal static class Scaling
{
    public const string Name = "scaling";

    public const string Legend =
        "Scaling: \"fsyncs/s\" is what the disk does on its own just before and after. \"commit\" is the share of time in which the engine's writer commits and syncs, " +
        "\"writer\" that in which it does anything.\nCPU is in shares of all cores: of this process (the engine and its load), and of the machine. " +
        "Bounded by: CPU from 85 % of the machine on; from 85 % of the writer on fsync if more than half of it is in commits, else the writer; else latency.";

    // The share from which on a resource counts as used up: no meter and no scheduler lets one reach 100 %.
    private const double Full = 0.85;

    private const int Width = 20;

    private static readonly (int AtOnce, int Chains, int FanOuts)[] Sizes =
        [(1, 500, 200), (10, 3_000, 1_000), (100, 5_000, 3_000), (1_000, 5_000, 5_000), (10_000, 10_000, 10_000)];

    public static async Task<TextTable> MeasureAsync(BenchmarkContext context)
    {
        var table = new TextTable(
            "work", "at once", "rate/s", "min–max", "commits/s", "fsyncs/s", "activities/commit", "commit", "writer", "CPU", "machine's CPU", "bounded by");
        foreach (var (atOnce, chains, fanOuts) in Sizes.Where(size => size.AtOnce <= context.Scale(10_000)))
        {
            await AddAsync(context, table, "chains of 5", Throughput.Shape.Chain(5, Math.Max(atOnce, context.Scale(chains)), atOnce));
            await AddAsync(context, table, $"fan-out of {Width}, activities", Throughput.Shape.FanOut(Width, Math.Max(atOnce, context.Scale(fanOuts)), atOnce));
        }

        return table;
    }

    private static async Task AddAsync(BenchmarkContext context, TextTable table, string work, Throughput.Shape shape)
    {
        var trials = await Throughput.MeasureAsync(context, $"{work}, {shape.AtOnce:N0} at once", shape);
        var trial = trials.OrderBy(trial => trial.Rate).ElementAt(trials.Count / 2);
        var commit = trial.CommitSeconds / trial.Seconds;
        var writer = trial.WriterSeconds / trial.Seconds;
        var machine = trial.Cpu.Machine / trial.Seconds / Environment.ProcessorCount;
        table.Add(
            work, $"{shape.AtOnce:N0}", $"{trial.Rate:N0}", $"{trials.Min(other => other.Rate):N0}–{trials.Max(other => other.Rate):N0}",
            $"{trial.Commits / trial.Seconds:N0}", $"{1 / trial.SyncSeconds:N0}", $"{trial.Activities / Math.Max(1, trial.Commits):N1}",
            $"{commit:P0}", $"{writer:P0}", $"{trial.Cpu.Process / trial.Seconds / Environment.ProcessorCount:P0}", $"{machine:P0}", Bound(machine, writer, commit));
    }

    private static string Bound(double machine, double writer, double commit) =>
        machine >= Full ? "CPU" : writer < Full ? "latency" : commit > writer / 2 ? "fsync" : "writer";
}
