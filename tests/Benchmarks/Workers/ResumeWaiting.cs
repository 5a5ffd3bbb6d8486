namespace MultiAgentInfra.Benchmarks.Workers;

/// <summary>Opens a file with waiting instances, and reads the memory before and after.</summary>
internal sealed class ResumeWaiting : BenchmarkWorker
{
    public override async Task<Dictionary<string, double>> MeasureAsync(string database, int instances, int argument)
    {
        await using (var empty = await MeasuredEngine.StartAsync(database + ".empty"))
        {
            await WaitingInstances.WarmUpAsync(empty.Client);
        }

        var before = await OwnMemory.SettledAsync();
        var engine = await MeasuredEngine.StartAsync(database);
        await WaitingInstances.FinishAsync(engine.Client, WaitingInstances.Id(0));
        var after = await OwnMemory.SettledAsync();
        GC.KeepAlive(engine);
        return new() { ["added"] = after - before };
    }
}
