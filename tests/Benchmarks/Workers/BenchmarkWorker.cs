namespace MultiAgentInfra.Benchmarks.Workers;

/// <summary>A measurement that needs a process of its own; the parent kills it when it has the figures, as a crash would.</summary>
internal abstract class BenchmarkWorker
{
    private static readonly BenchmarkWorker[] All = [new CreateWaiting(), new ResumeWaiting(), new FirstWork(), new CreateHistories(), new Replay(), new MakeAgents()];

    public string Name => GetType().Name;

    public static BenchmarkWorker Named(string name) => All.First(worker => worker.Name == name);

    /// <param name="subject">What it works on, such as an engine's file.</param>
    /// <param name="count">How many there are or have to be.</param>
    /// <param name="argument">What else the worker has to know.</param>
    public abstract Task<Dictionary<string, double>> MeasureAsync(string subject, int count, int argument);
}
