using MultiAgentInfra.Benchmarks.Rows;

namespace MultiAgentInfra.Benchmarks;

/// <summary>Runs the rows and prints the table and the goals.</summary>
internal static class DurableBenchmarks
{
    private static readonly BenchmarkRow[] Rows = [new FanOut(), new Chains(), new IdleStep()];

    public static IEnumerable<string> Names => Rows.Select(row => row.Name);

    public static async Task RunAsync(BenchmarkContext context, string? only, TextWriter output)
    {
        var results = new List<RowResult>();
        foreach (var row in Rows.Where(row => only is null || row.Name == only))
            results.AddRange(await row.MeasureAsync(context));
        var sync = new Samples(DiskProbe.Measure(context.Folder, context.Scale(1_000)));
        context.Progress.Clear();

        await output.WriteLineAsync($"{Environment.ProcessorCount} cores, .NET {Environment.Version}, {DiskProbe.FileSystem(context.Folder)}, " +
            $"fsync of a 4 KiB append p50 {sync.Percentile(0.5):N2} ms, p99 {sync.Percentile(0.99):N2} ms; median of {context.Repetitions} repetitions");
        var table = new TextTable("what", "median", "min–max", "goal", "peer");
        foreach (var result in results)
            table.Add(result.What, result.Median, result.Range, result.Goal?.Limit ?? "", result.Peer);
        table.WriteTo(output);
        foreach (var note in results.Select(result => result.Note).Where(note => note.Length > 0).Distinct())
            await output.WriteLineAsync(note);
        foreach (var goal in results.Select(result => result.Goal).OfType<Goal>())
            await output.WriteLineAsync(goal.ToString());
    }
}
