using System.Diagnostics;

namespace MultiAgentInfra.Benchmarks;

/// <summary>A chain that has an engine for itself, with the time from each activity's start to the next one's.</summary>
internal static class IdleChain
{
    // A new file and its log grow and cost more than they do later; the figures are of later.
    private const int StepsBefore = 1_000;

    /// <summary>Milliseconds of each step, of the last chain when it takes several to fill the time.</summary>
    public static async Task<double[]> RunAsync(BenchmarkContext context, int steps, TimeSpan atLeast = default)
    {
        var starts = new List<long>();
        var database = MeasuredEngine.NewDatabase(context);
        await using (var engine = await MeasuredEngine.StartAsync(database, () => starts.Add(Stopwatch.GetTimestamp())))
        {
            var spent = await Load.RunAsync(engine.Client, Programs.Chain, StepsBefore, 1, 1);
            do
            {
                starts.Clear();
                spent += await Load.RunAsync(engine.Client, Programs.Chain, steps, 1, 1);
            }
            while (spent < atLeast);
        }

        MeasuredEngine.Remove(database);
        return [.. starts.Zip(starts.Skip(1), (start, next) => Stopwatch.GetElapsedTime(start, next).TotalMilliseconds)];
    }
}
