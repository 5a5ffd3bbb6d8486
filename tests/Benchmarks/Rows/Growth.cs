namespace MultiAgentInfra.Benchmarks.Rows;

/// <summary>Whether a step of a long history costs more than one of a short history, in a chain that has the engine for itself.</summary>
internal sealed class Growth : BenchmarkRow
{
    // Two events a step: its schedule and its result. What the engine notes of its turns comes on top.
    private const int EventsPerStep = 2;
    private const int FirstStep = 10 / EventsPerStep;
    private const int Compared = 200;

    public override string Name => "growth";

    public override async Task<IReadOnlyList<RowResult>> MeasureAsync(BenchmarkContext context)
    {
        var steps = context.Scale(10_000) / EventsPerStep;
        context.Progress.Say("growing history: warming up");
        await IdleChain.RunAsync(context, Compared, context.WarmUp);
        List<double> ratios = [], early = [], late = [];
        for (var repetition = 1; repetition <= context.Repetitions; repetition++)
        {
            var times = await IdleChain.RunAsync(context, steps);
            early.Add(new Samples(times.Skip(FirstStep).Take(Compared)).Median);
            late.Add(new Samples(times.TakeLast(Compared)).Median);
            ratios.Add(late[^1] / early[^1]);
            context.Progress.Say($"growing history: {repetition} of {context.Repetitions}: {early[^1]:N2} ms to {late[^1]:N2} ms");
        }

        var ratio = new Samples(ratios);
        return
        [
            RowResult.Of($"cost of a step, at {steps * EventsPerStep:N0} events ÷ at 10 events", ratio, "N2",
                Goal.AtMost("durable-growth", ratio.Median, 1.5, "N2", "×"),
                note: $"Growth: the median of the first {Compared} steps from event 10 on is {new Samples(early).Median:N2} ms, of the last {Compared} {new Samples(late).Median:N2} ms."),
        ];
    }
}
