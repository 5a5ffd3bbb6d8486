using System.Diagnostics;
using MultiAgentInfra.Benchmarks.Rows;

namespace MultiAgentInfra.Benchmarks;

/// <summary>Runs the rows and prints the tables, their notes and a line for each goal.</summary>
internal static class DurableBenchmarks
{
    private const double NoticeableShare = 0.05;

    private static readonly BenchmarkRow[] Rows = [new FanOut(), new Chains(), new IdleStep(), new Waiting(), new LongReplay(), new Growth()];

    public static IEnumerable<string> Names => [.. Rows.Select(row => row.Name), Scaling.Name];

    public static async Task RunAsync(BenchmarkContext context, string? only, TextWriter output)
    {
        var results = new List<RowResult>();
        var (clock, cpu) = (Stopwatch.StartNew(), CpuTimes.Now());
        foreach (var row in Rows.Where(row => only is null || row.Name == only))
            results.AddRange(await row.MeasureAsync(context));
        var scaling = only is null or Scaling.Name ? await Scaling.MeasureAsync(context) : null;
        var others = CpuTimes.Now().Since(cpu).OthersShare(clock.Elapsed.TotalSeconds);
        await WriteHeadAsync(context, others, output);
        if (results.Count > 0)
            await WriteAsync(results, output);
        if (scaling is not null)
            await WriteAsync(scaling, output);
        if (context.IsQuick)
            await output.WriteLineAsync("No goals: --quick does a tenth of the work.");
        foreach (var goal in results.Select(result => result.Goal).OfType<Goal>().Where(_ => !context.IsQuick))
            await output.WriteLineAsync(goal.ToString());
    }

    private static async Task WriteHeadAsync(BenchmarkContext context, double others, TextWriter output)
    {
        var syncs = context.Syncs();
        context.Progress.Clear();
        await output.WriteLineAsync($"{Environment.ProcessorCount} cores, .NET {Environment.Version}, {context.FileSystem}; fsync of a 4 KiB append: " +
            $"p50 {syncs.Percentile(0.5):N2} ms, p99 {syncs.Percentile(0.99):N2} ms ({syncs.Count:N0} all over the run); medians of {context.Repetitions} after a warm-up.");
        if (others > NoticeableShare)
            await output.WriteLineAsync($"Other processes used {others:P0} of the CPU meanwhile: on a quiet machine the figures are better.");
        await output.WriteLineAsync();
    }

    private static async Task WriteAsync(List<RowResult> results, TextWriter output)
    {
        var table = new TextTable("what", "median", "min–max", "goal", "peer");
        foreach (var result in results)
            table.Add(result.What, result.Median, result.Range, result.Goal?.Limit ?? "", result.Peer);
        table.WriteTo(output);
        await output.WriteLineAsync();
        foreach (var note in results.Select(result => result.Note).Where(note => note.Length > 0))
            await output.WriteLineAsync(note);
        await output.WriteLineAsync();
    }

    private static async Task WriteAsync(TextTable scaling, TextWriter output)
    {
        await output.WriteLineAsync(Scaling.Legend);
        await output.WriteLineAsync();
        scaling.WriteTo(output);
        await output.WriteLineAsync();
    }
}
