using System.Diagnostics;

namespace MultiAgentInfra.Benchmarks.Workers;

/// <summary>A cold start on a file with waiting instances, up to the end of the first that gets its event.</summary>
internal sealed class FirstWork : BenchmarkWorker
{
    /// <param name="argument">The instance that gets the event; each start needs another.</param>
    public override async Task<Dictionary<string, double>> MeasureAsync(string database, int instances, int argument)
    {
        var clock = Stopwatch.StartNew();
        using var process = Process.GetCurrentProcess();
        var age = TimeProvider.System.GetLocalNow() - process.StartTime;
        var engine = await MeasuredEngine.StartAsync(database);
        var open = clock.Elapsed;
        await WaitingInstances.FinishAsync(engine.Client, WaitingInstances.Id(argument));
        GC.KeepAlive(engine);
        return new() { ["engine"] = clock.Elapsed.TotalSeconds, ["open"] = open.TotalSeconds, ["process"] = (age + clock.Elapsed).TotalSeconds };
    }
}
