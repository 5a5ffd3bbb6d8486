using System.Diagnostics;
using MultiAgentInfra.EmbeddedRuntime;

namespace MultiAgentInfra.Benchmarks.Rows;

/// <summary>Whether a step of a long history costs more than one of a short history; both in turn, so that a disk that changes its speed does so for both.</summary>
internal sealed class Growth : BenchmarkRow
{
    // Two events a step: its schedule and its result. What the engine notes of its turns comes on top.
    private const int EventsPerStep = 2;
    private const int FirstStep = 10 / EventsPerStep;
    private const int Rounds = 20;
    private const int StepsPerRound = 20;

    public override string Name => "growth";

    public override async Task<IReadOnlyList<RowResult>> MeasureAsync(BenchmarkContext context)
    {
        var steps = context.Scale(10_000) / EventsPerStep;
        List<double> ratios = [], early = [], late = [];
        for (var repetition = 0; repetition <= context.Repetitions; repetition++)
        {
            context.Progress.Say($"growing history: {(repetition == 0 ? "warming up" : $"{repetition} of {context.Repetitions}")}");
            var (shortStep, longStep) = await CompareAsync(context, steps);
            if (repetition == 0)
                continue;
            early.Add(shortStep);
            late.Add(longStep);
            ratios.Add(longStep / shortStep);
        }

        var ratio = new Samples(ratios);
        return
        [
            RowResult.Of($"cost of a step, at {steps * EventsPerStep:N0} events ÷ at 10 events", ratio, "N2",
                Goal.AtMost("durable-growth", ratio.Median, 1.5, "N2", "×"),
                note: $"Growth: medians of {Rounds * (StepsPerRound - 1)} steps each, {Rounds} rounds in turn: {new Samples(early).Median:N2} ms from event 10 on, {new Samples(late).Median:N2} ms from event {steps * EventsPerStep:N0} on."),
        ];
    }

    /// <summary>Milliseconds of a step: of new chains, and of one that has done the given number of steps.</summary>
    private static async Task<(double Short, double Long)> CompareAsync(BenchmarkContext context, int steps)
    {
        var starts = new List<long>();
        var database = MeasuredEngine.NewDatabase(context);
        List<double> early = [], late = [];
        await using (var engine = await MeasuredEngine.StartAsync(database, () => starts.Add(Stopwatch.GetTimestamp())))
        {
            var grown = await engine.Client.ScheduleNewOrchestrationInstanceAsync(Programs.ChainOnEvent);
            await GrowAsync(engine.Client, grown, steps, 1);
            for (var round = 1; round <= Rounds; round++)
            {
                starts.Clear();
                await GrowAsync(engine.Client, grown, StepsPerRound, round + 1);
                late.AddRange(Steps(starts));
                starts.Clear();
                await Load.RunAsync(engine.Client, Programs.Chain, FirstStep + StepsPerRound, 1, 1);
                early.AddRange(Steps(starts.Skip(FirstStep)));
            }
        }

        MeasuredEngine.Remove(database);
        return (new Samples(early).Median, new Samples(late).Median);
    }

    private static async Task GrowAsync(DurableTaskClient client, string instanceId, int steps, int round)
    {
        await client.RaiseEventAsync(instanceId, Programs.Go, steps);
        while ((await client.GetInstanceAsync(instanceId, true))?.ReadCustomStatusAs<int>() != round)
            await Task.Delay(TimeSpan.FromMilliseconds(1), TimeProvider.System);
    }

    private static IEnumerable<double> Steps(IEnumerable<long> starts) =>
        starts.Zip(starts.Skip(1), (start, next) => Stopwatch.GetElapsedTime(start, next).TotalMilliseconds);
}
