namespace MultiAgentInfra.Benchmarks;

/// <summary>How throughput grows with concurrent instances, and what bounds it, by what was measured in the same run.</summary>
internal static class Scaling
{
    public const string Name = "scaling";

    public const string Legend =
        "Scaling: \"fsyncs/s\" is what the disk does on its own just before and after. \"in commits\" is the share of time in which a commit writes and syncs, " +
        "\"writer\" the CPU of the one thread that writes. CPU is in shares of all cores: of this process (the engine and its load), and of the machine.\n" +
        "Bounded by: CPU from 85 % of the machine on; fsync when commits take 70 % of the time; the writer when it computes or commits 85 % of the time; else latency.";

    // Shares from which on a resource counts as used up: no meter and no scheduler lets one reach 100 %.
    private const double CpuBound = 0.85;
    private const double CommitBound = 0.7;
    private const double WriterBound = 0.85;

    private static readonly (int AtOnce, int Chains, int FanOuts)[] Sizes =
        [(1, 1_000, 200), (10, 5_000, 1_000), (100, 10_000, 1_000), (1_000, 10_000, 1_000), (10_000, 10_000, 10_000)];

    public static async Task<TextTable> MeasureAsync(BenchmarkContext context)
    {
        var table = new TextTable(
            "work", "at once", "rate/s", "min–max", "commits/s", "fsyncs/s", "activities/commit", "in commits", "writer", "CPU", "machine's CPU", "bounded by");
        foreach (var (atOnce, chains, fanOuts) in Sizes.Where(size => size.AtOnce <= context.Scale(10_000)))
        {
            await AddAsync(context, table, "chains of 5", Throughput.Shape.Chain(5, Math.Max(atOnce, context.Scale(chains)), atOnce));
            await AddAsync(context, table, "fan-out of 100, activities", Throughput.Shape.FanOut(100, Math.Max(atOnce, context.Scale(fanOuts)), atOnce));
        }

        return table;
    }

    private static async Task AddAsync(BenchmarkContext context, TextTable table, string work, Throughput.Shape shape)
    {
        var trials = await Throughput.MeasureAsync(context, $"{work}, {shape.AtOnce:N0} at once", shape);
        var trial = trials.OrderBy(trial => trial.Rate).ElementAt(trials.Count / 2);
        var commits = trial.CommitSeconds / trial.Seconds;
        var writer = trial.Cpu.Writer / trial.Seconds;
        var machine = trial.Cpu.Machine / trial.Seconds / Environment.ProcessorCount;
        table.Add(
            work, $"{shape.AtOnce:N0}", $"{trial.Rate:N0}", $"{trials.Min(other => other.Rate):N0}–{trials.Max(other => other.Rate):N0}",
            $"{trial.Commits / trial.Seconds:N0}", $"{1 / trial.SyncSeconds:N0}", $"{trial.Activities / Math.Max(1, trial.Commits):N1}",
            $"{commits:P0}", writer is null ? "–" : $"{writer:P0}", $"{trial.Cpu.Process / trial.Seconds / Environment.ProcessorCount:P0}", $"{machine:P0}",
            machine >= CpuBound ? "CPU" : commits >= CommitBound ? "fsync" : commits + writer >= WriterBound ? "writer" : "latency");
    }
}
