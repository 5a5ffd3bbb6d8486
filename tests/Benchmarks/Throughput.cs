namespace MultiAgentInfra.Benchmarks;

/// <summary>Measures how many pieces of work of one shape are done in a second, on a fresh database each time and after a warm-up of the same shape.</summary>
internal static class Throughput
{
    public static async Task<IReadOnlyList<Trial>> MeasureAsync(BenchmarkContext context, string what, Shape shape)
    {
        context.Progress.Say($"{what}: warming up");
        await WarmUpAsync(context, shape);
        var trials = new List<Trial>();
        for (var repetition = 1; repetition <= context.Repetitions; repetition++)
        {
            var trial = await RunAsync(context, shape);
            trials.Add(trial);
            context.Progress.Say($"{what}: {repetition} of {context.Repetitions}: {trial.Rate:N0}/s in {trial.Seconds:N1} s");
        }

        return trials;
    }

    // Until the methods that count are compiled for speed, which a number of calls does not tell.
    private static async Task WarmUpAsync(BenchmarkContext context, Shape shape)
    {
        var database = MeasuredEngine.NewDatabase(context);
        await using (var engine = await MeasuredEngine.StartAsync(database))
        {
            var spent = TimeSpan.Zero;
            while (spent < context.WarmUp)
                spent += await Load.RunAsync(engine.Client, shape.Orchestrator, shape.Input, Math.Max(1, shape.Total / 10), shape.AtOnce);
        }

        MeasuredEngine.Remove(database);
    }

    private static async Task<Trial> RunAsync(BenchmarkContext context, Shape shape)
    {
        var database = MeasuredEngine.NewDatabase(context);
        var syncs = context.ProbeDisk();
        Trial trial;
        await using (var engine = await MeasuredEngine.StartAsync(database))
        {
            GC.Collect();
            using var commits = new CommitMeter();
            var cpu = CpuTimes.Now();
            var time = await Load.RunAsync(engine.Client, shape.Orchestrator, shape.Input, shape.Total, shape.AtOnce);
            trial = new Trial(shape, time.TotalSeconds, CpuTimes.Now().Since(cpu))
            {
                Commits = commits.Count,
                CommitSeconds = commits.CommitSeconds,
                WriterSeconds = commits.TransactionSeconds,
            };
        }

        // Before and after, so that a disk that changes its speed meanwhile shows.
        syncs.AddRange(context.ProbeDisk());
        MeasuredEngine.Remove(database);
        return trial with { SyncSeconds = new Samples(syncs).Median / 1_000 };
    }

    /// <summary>Instances of an orchestrator, some at once, each with as many activities; <paramref name="WorkPerInstance"/> is what counts as work.</summary>
    internal sealed record Shape(string Orchestrator, int Input, int Total, int AtOnce, int WorkPerInstance)
    {
        public static Shape FanOut(int width, int total, int atOnce) => new(Programs.FanOut, width, total, atOnce, width);

        public static Shape Chain(int length, int total, int atOnce) => new(Programs.Chain, length, total, atOnce, 1);
    }

    /// <summary>One run: CPU is of the engine and its load together, and the time of a sync that of the disk alone just before and after.</summary>
    internal sealed record Trial(Shape Shape, double Seconds, CpuTimes Cpu)
    {
        public long Commits { get; init; }

        public double CommitSeconds { get; init; }

        public double WriterSeconds { get; init; }

        public double SyncSeconds { get; init; }

        public double Rate => Shape.Total * Shape.WorkPerInstance / Seconds;

        public double Activities => (double)Shape.Total * Shape.Input;
    }
}
