using Microsoft.Extensions.DependencyInjection;
using MultiAgentInfra.EmbeddedRuntime.Engine;

namespace MultiAgentInfra.Benchmarks;

/// <summary>What every row gets: a folder on the measured disk, how thorough to be, and where to say what happens.</summary>
internal sealed class BenchmarkContext(string folder, bool isQuick, Progress progress)
{
    private readonly List<double> _syncs = [];
    private int _databases;

    public string FileSystem => DiskProbe.FileSystem(folder);

    public Progress Progress => progress;

    /// <summary>A tenth of the work, once: it shows that all runs, and is held to no goal.</summary>
    public bool IsQuick => isQuick;

    public int Repetitions => isQuick ? 1 : 3;

    public TimeSpan WarmUp => TimeSpan.FromSeconds(isQuick ? 1 : 4);

    public int Scale(int count) => isQuick ? Math.Max(1, count / 10) : count;

    public string NewDatabase() => Path.Combine(Directory.CreateDirectory(Path.Combine(folder, $"{++_databases}")).FullName, "durable.db");

    public static void Remove(string database) => Directory.Delete(Path.GetDirectoryName(database)!, recursive: true);

    /// <summary>Milliseconds of so many appends with their syncs, which are kept for the whole run's figure too.</summary>
    public List<double> ProbeDisk(int count = 200)
    {
        var times = DiskProbe.Measure(folder, count);
        _syncs.AddRange(times);
        return times;
    }

    public Samples Syncs() => new(_syncs.Count > 0 ? _syncs : ProbeDisk());

    /// <summary>An engine with the product's settings.</summary>
    public static Task<DurableEngine> StartAsync(string database, Action? onStep = null) =>
        DurableEngine.StartAsync(new DurableEngineOptions { DatabasePath = database }, Programs.Registry(onStep), new ServiceCollection().BuildServiceProvider());
}
