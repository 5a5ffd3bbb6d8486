namespace MultiAgentInfra.Benchmarks;

/// <summary>Measures how many pieces of work of one shape are done in a second, on a fresh database each time and after a warm-up of the same shape.</summary>
internal static class Throughput
{
    public static async Task<Samples> MeasureAsync(BenchmarkContext context, string what, Shape shape)
    {
        await WarmUpAsync(context, what, shape);
        var rates = new List<double>();
        for (var repetition = 1; repetition <= context.Repetitions; repetition++)
        {
            await using var engine = await context.StartAsync(new Programs());
            var time = await Load.RunAsync(engine.Client, shape.Orchestrator, shape.Input, shape.Total, shape.AtOnce);
            rates.Add(shape.Total * shape.WorkPerInstance / time.TotalSeconds);
            context.Progress.Say($"{what}: {repetition} of {context.Repetitions}: {rates[^1]:N0}/s in {time.TotalSeconds:N1} s");
        }

        return new Samples(rates);
    }

    // Until the methods that count are compiled for speed, which a number of calls does not tell.
    private static async Task WarmUpAsync(BenchmarkContext context, string what, Shape shape)
    {
        context.Progress.Say($"{what}: warming up");
        await using var engine = await context.StartAsync(new Programs());
        var spent = TimeSpan.Zero;
        while (spent < context.WarmUp)
            spent += await Load.RunAsync(engine.Client, shape.Orchestrator, shape.Input, Math.Max(1, shape.Total / 10), shape.AtOnce);
    }

    /// <summary>Instances of an orchestrator, some at once, and how many pieces of work count for each.</summary>
    internal sealed record Shape(string Orchestrator, int Input, int Total, int AtOnce, int WorkPerInstance);
}
