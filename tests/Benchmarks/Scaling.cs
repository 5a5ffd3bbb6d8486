namespace MultiAgentInfra.Benchmarks;

/// <summary>How throughput grows with concurrent instances, and what bounds it, by what was measured in the same run.</summary>
internal sealed class Scaling
{
    public const string Name = "scaling";

    // Shares from which on a resource counts as used up: no meter and no scheduler lets one reach 100 %.
    private const double CpuBound = 0.85;
    private const double SyncBound = 0.7;
    private const double WriterBound = 0.85;

    private static readonly (int AtOnce, int Chains, int FanOuts)[] Sizes = [(1, 500, 100), (10, 3_000, 500), (100, 10_000, 1_000), (1_000, 10_000, 1_000), (10_000, 20_000, 10_000)];

    private readonly TextTable _table = new("work", "at once", "rate/s", "min–max", "commits/s", "activities/commit", "fsync limit used", "writer thread", "CPU", "bounded by");

    private Scaling()
    {
    }

    public static async Task<TextTable> MeasureAsync(BenchmarkContext context)
    {
        var scaling = new Scaling();
        foreach (var (atOnce, chains, fanOuts) in Sizes)
        {
            await scaling.AddAsync(context, "chains of 5", Throughput.Shape.Chain(5, context.Scale(chains), atOnce));
            await scaling.AddAsync(context, "fan-out of 100", Throughput.Shape.FanOut(100, context.Scale(fanOuts), atOnce));
        }

        return scaling._table;
    }

    private async Task AddAsync(BenchmarkContext context, string work, Throughput.Shape shape)
    {
        var sync = new Samples(DiskProbe.Measure(context.Folder, context.Scale(500))).Median / 1_000;
        var trials = await Throughput.MeasureAsync(context, $"{work}, {shape.AtOnce:N0} at once", shape);
        var trial = trials.OrderBy(trial => trial.Rate).ElementAt(trials.Count / 2);
        var used = new Use(trial, sync);
        _table.Add(
            work, $"{shape.AtOnce:N0}", $"{trial.Rate:N0}", $"{trials.Min(other => other.Rate):N0}–{trials.Max(other => other.Rate):N0}",
            $"{trial.Commits / trial.Seconds:N0}", $"{trial.Activities / Math.Max(1, trial.Commits):N1}",
            $"{used.Sync:P0} of {1 / sync:N0}/s", used.Writer is { } writer ? $"{writer:P0}" : "–", $"{used.Cpu:P0}", used.BoundedBy);
    }

    /// <summary>Shares of what there is: syncs that the disk can do, cores, and the one thread that writes, which computes or waits for its sync.</summary>
    private sealed record Use(double Sync, double Cpu, double? Writer)
    {
        public Use(Throughput.Trial trial, double syncSeconds)
            : this(
                trial.Commits * syncSeconds / trial.Seconds,
                trial.CpuSeconds / trial.Seconds / Environment.ProcessorCount,
                trial.WriterSeconds is { } writer ? Math.Min(1, (writer + (trial.Commits * syncSeconds)) / trial.Seconds) : null)
        {
        }

        public string BoundedBy => Cpu >= CpuBound ? "CPU" : Sync >= SyncBound ? "fsync" : Writer >= WriterBound ? "the writer thread" : "latency";
    }
}
