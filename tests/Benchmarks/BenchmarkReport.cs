using System.Diagnostics;

namespace MultiAgentInfra.Benchmarks;

/// <summary>What a run prints: what it ran on, its tables with their notes, and a line for each goal.</summary>
internal sealed class BenchmarkReport(BenchmarkContext context, TextWriter output)
{
    private const double NoticeableShare = 0.05;

    private readonly Stopwatch _clock = Stopwatch.StartNew();
    private readonly CpuTimes _cpu = CpuTimes.Now();

    /// <param name="facts">What else the figures depend on, a line each.</param>
    public async Task WriteHeadAsync(params IEnumerable<string> facts)
    {
        var others = CpuTimes.Now().Since(_cpu).OthersShare(_clock.Elapsed.TotalSeconds);
        var syncs = context.Syncs();
        context.Progress.Clear();
        await output.WriteLineAsync($"{Environment.ProcessorCount} cores, .NET {Environment.Version}, {context.FileSystem}; fsync of a 4 KiB append: " +
            $"p50 {syncs.Percentile(0.5):N2} ms, p99 {syncs.Percentile(0.99):N2} ms ({syncs.Count:N0} all over the run); medians of {context.Repetitions} after a warm-up.");
        foreach (var fact in facts)
            await output.WriteLineAsync(fact);
        if (others > NoticeableShare)
            await output.WriteLineAsync($"Other processes used {others:P0} of the CPU meanwhile: on a quiet machine the figures are better.");
        await output.WriteLineAsync();
    }

    public async Task WriteAsync(IReadOnlyList<RowResult> results)
    {
        var table = new TextTable("what", "median", "min–max", "goal", "peer");
        foreach (var result in results)
            table.Add(result.What, result.Median, result.Range, result.Goal?.Limit ?? "", result.Peer);
        await WriteAsync(table);
        foreach (var note in results.Select(result => result.Note).Where(note => note.Length > 0))
            await output.WriteLineAsync(note);
        await output.WriteLineAsync();
    }

    public async Task WriteAsync(TextTable table, string legend = "")
    {
        if (legend.Length > 0)
            await output.WriteLineAsync(legend + Environment.NewLine);
        table.WriteTo(output);
        await output.WriteLineAsync();
    }

    public async Task WriteGoalsAsync(IEnumerable<RowResult> results)
    {
        if (context.IsQuick)
            await output.WriteLineAsync("No goals: --quick does a tenth of the work.");
        foreach (var goal in results.Select(result => result.Goal).OfType<Goal>().Where(_ => !context.IsQuick))
            await output.WriteLineAsync(goal.ToString());
    }
}
