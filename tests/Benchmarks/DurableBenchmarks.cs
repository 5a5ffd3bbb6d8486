using MultiAgentInfra.Benchmarks.Rows;

namespace MultiAgentInfra.Benchmarks;

/// <summary>What the embedded durable engine does on a real disk.</summary>
internal static class DurableBenchmarks
{
    private static readonly BenchmarkRow[] Rows = [new FanOut(), new Chains(), new IdleStep(), new Waiting(), new LongReplay(), new Growth()];

    public static IEnumerable<string> Names => [.. Rows.Select(row => row.Name), Scaling.Name];

    public static async Task RunAsync(BenchmarkContext context, string? only, TextWriter output)
    {
        var report = new BenchmarkReport(context, output);
        var results = new List<RowResult>();
        foreach (var row in Rows.Where(row => only is null || row.Name == only))
            results.AddRange(await row.MeasureAsync(context));
        var scaling = only is null or Scaling.Name ? await Scaling.MeasureAsync(context) : null;
        await report.WriteHeadAsync();
        if (results.Count > 0)
            await report.WriteAsync(results);
        if (scaling is not null)
            await report.WriteAsync(scaling, Scaling.Legend);
        await report.WriteGoalsAsync(results);
    }
}
