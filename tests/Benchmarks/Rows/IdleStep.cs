using System.Diagnostics;

namespace MultiAgentInfra.Benchmarks.Rows;

/// <summary>The time from one activity's start to the next one's in a chain that has the engine for itself, against the disk's own sync.</summary>
internal sealed class IdleStep : BenchmarkRow
{
    public override string Name => "idle-step";

    public override async Task<IReadOnlyList<RowResult>> MeasureAsync(BenchmarkContext context)
    {
        var steps = context.Scale(500);
        await RunAsync(context, steps, context.WarmUp);
        List<double> p50 = [], p99 = [], syncs = [];
        for (var repetition = 1; repetition <= context.Repetitions; repetition++)
        {
            // Before and after, so that a disk that changes its mind shows.
            syncs.AddRange(DiskProbe.Measure(context.Folder, steps));
            var times = await RunAsync(context, steps, TimeSpan.Zero);
            syncs.AddRange(DiskProbe.Measure(context.Folder, steps));
            p50.Add(times.Percentile(0.5));
            p99.Add(times.Percentile(0.99));
            context.Progress.Say($"idle step: {repetition} of {context.Repetitions}: p50 {p50[^1]:N2} ms, p99 {p99[^1]:N2} ms");
        }

        return Results(steps, new Samples(p50), new Samples(p99), new Samples(syncs));
    }

    private static RowResult[] Results(int steps, Samples p50, Samples p99, Samples syncs)
    {
        var sync = syncs.Percentile(0.5);
        var note = $"fsync of a 4 KiB append, same run and disk: p50 {sync:N2} ms, p99 {syncs.Percentile(0.99):N2} ms";
        const string Peer = "200 ms (published: Azure Storage backend, 5 sequential activities/s)";
        return
        [
            new($"one idle chain step of {steps}, start to next start, p50, ms", $"{p50.Median:N2}", $"{p50.Min:N2}–{p50.Max:N2}",
                Goal.AtMost("durable-idle-step-p50", p50.Median, (2 * sync) + 1, "N2", "ms"), Peer, "goal: 2 × fsync p50 + 1 ms; " + note),
            new($"one idle chain step of {steps}, start to next start, p99, ms", $"{p99.Median:N2}", $"{p99.Min:N2}–{p99.Max:N2}",
                Goal.AtMost("durable-idle-step-p99", p99.Median, (5 * sync) + 1, "N2", "ms"), Peer, "goal: 5 × fsync p50 + 1 ms"),
        ];
    }

    private static async Task<Samples> RunAsync(BenchmarkContext context, int steps, TimeSpan atLeast)
    {
        var (programs, starts) = Programs.Timed();
        await using var engine = await context.StartAsync(programs);
        var spent = TimeSpan.Zero;
        do
        {
            starts.Clear();
            spent += await Load.RunAsync(engine.Client, Programs.Chain, steps, 1, 1);
        }
        while (spent < atLeast);
        return new Samples(starts.Zip(starts.Skip(1), (start, next) => Stopwatch.GetElapsedTime(start, next).TotalMilliseconds));
    }
}
