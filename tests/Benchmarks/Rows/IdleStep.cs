namespace MultiAgentInfra.Benchmarks.Rows;

/// <summary>The time from one activity's start to the next one's in a chain that has the engine for itself, against the disk's own sync.</summary>
internal sealed class IdleStep : BenchmarkRow
{
    public override string Name => "idle-step";

    public override async Task<IReadOnlyList<RowResult>> MeasureAsync(BenchmarkContext context)
    {
        var steps = context.Scale(500);
        context.Progress.Say("idle step: warming up");
        await IdleChain.RunAsync(context, steps, context.WarmUp);
        List<double> p50 = [], p99 = [], syncs = [];
        for (var repetition = 1; repetition <= context.Repetitions; repetition++)
        {
            // Before and after, so that a disk that changes its mind shows.
            syncs.AddRange(context.ProbeDisk(steps));
            var times = new Samples(await IdleChain.RunAsync(context, steps));
            syncs.AddRange(context.ProbeDisk(steps));
            p50.Add(times.Percentile(0.5));
            p99.Add(times.Percentile(0.99));
            context.Progress.Say($"idle step: {repetition} of {context.Repetitions}: p50 {p50[^1]:N2} ms, p99 {p99[^1]:N2} ms");
        }

        return Results(steps, new Samples(p50), new Samples(p99), new Samples(syncs));
    }

    private static RowResult[] Results(int steps, Samples p50, Samples p99, Samples syncs)
    {
        var sync = syncs.Percentile(0.5);
        const string Peer = "200 (published: Azure Storage backend, 5 sequential activities/s)";
        var note = $"Idle step: the goal of p50 is 2 × fsync p50 + 1 ms; that of p99, \"5 ×\", is read as 5 × fsync p50 + 1 ms (without the 1 ms: {5 * sync:N2}). " +
            $"fsync of a 4 KiB append between the chains: p50 {sync:N2} ms, p99 {syncs.Percentile(0.99):N2} ms.";
        return
        [
            RowResult.Of($"idle chain step ({steps} steps), start to next start, p50, ms", p50, "N2",
                Goal.AtMost("durable-idle-step-p50", p50.Median, (2 * sync) + 1, "N2", "ms"), Peer, note),
            RowResult.Of($"idle chain step ({steps} steps), start to next start, p99, ms", p99, "N2",
                Goal.AtMost("durable-idle-step-p99", p99.Median, (5 * sync) + 1, "N2", "ms"), Peer),
        ];
    }
}
