using MultiAgentInfra.Benchmarks.Workers;

namespace MultiAgentInfra.Benchmarks.Rows;

/// <summary>How long an instance with a long history takes from its event to its next step when nothing of it is in memory.</summary>
internal sealed class LongReplay : BenchmarkRow
{
    private const int Instances = 10;

    // A schedule and a result; what the engine notes of its turns comes on top.
    private const int EventsPerStep = 2;

    public override string Name => "replay";

    public override async Task<IReadOnlyList<RowResult>> MeasureAsync(BenchmarkContext context)
    {
        var steps = context.Scale(10_000) / EventsPerStep;
        var figures = new List<IReadOnlyDictionary<string, double>>();
        for (var repetition = 1; repetition <= context.Repetitions; repetition++)
        {
            context.Progress.Say($"replay: {repetition} of {context.Repetitions}");
            var database = MeasuredEngine.NewDatabase(context);
            await WorkerProcess.RunAsync<CreateHistories>(database, Instances, steps);
            figures.Add(await WorkerProcess.RunAsync<Replay>(database, Instances));
            MeasuredEngine.Remove(database);
        }

        var median = new Samples(figures.Select(process => process["median"]));
        var cold = new Samples(figures.Select(process => process["first"]));
        var what = $"replay of a history of {steps * EventsPerStep:N0} events, event raised to next step, ms";
        return
        [
            RowResult.Of($"{what}, median of {Instances - 1} instances", median, "N1", Goal.AtMost("durable-replay", median.Median, 100, "N0", "ms"),
                note: $"Replay: in a fresh process that has none of the instances in memory; best {figures.Min(process => process["best"]):N1} ms."),
            RowResult.Of($"{what}, the first in a cold process", cold, "N1", null),
        ];
    }
}
