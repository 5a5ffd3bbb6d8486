namespace MultiAgentInfra.Benchmarks.Workers;

/// <summary>Creates instances that wait for an event, and reads the memory before and after.</summary>
internal sealed class CreateWaiting : BenchmarkWorker
{
    public override async Task<Dictionary<string, double>> MeasureAsync(string database, int instances, int argument)
    {
        var engine = await MeasuredEngine.StartAsync(database);
        await WaitingInstances.WarmUpAsync(engine.Client);
        var before = await OwnMemory.SettledAsync();
        await WaitingInstances.CreateAsync(engine.Client, instances, steps: 0);
        var unsettled = OwnMemory.Now();
        var after = await OwnMemory.SettledAsync();
        GC.KeepAlive(engine);
        return new() { ["added"] = after - before, ["unsettled"] = unsettled - before };
    }
}
