using Microsoft.Extensions.DependencyInjection;
using MultiAgentInfra.EmbeddedRuntime.Engine;

namespace MultiAgentInfra.Benchmarks;

/// <summary>What every row gets: a folder on the measured disk, how thorough to be, and where to say what happens.</summary>
internal sealed class BenchmarkContext(string folder, bool isQuick, Progress progress)
{
    private int _databases;

    public string Folder => folder;

    public Progress Progress => progress;

    public int Repetitions => isQuick ? 1 : 3;

    public TimeSpan WarmUp => TimeSpan.FromSeconds(isQuick ? 1 : 4);

    public int Scale(int count) => isQuick ? Math.Max(1, count / 10) : count;

    public string NewDatabase() => Path.Combine(Directory.CreateDirectory(Path.Combine(folder, $"{++_databases}")).FullName, "durable.db");

    public static void Remove(string database) => Directory.Delete(Path.GetDirectoryName(database)!, recursive: true);

    /// <summary>An engine with the product's settings.</summary>
    public static Task<DurableEngine> StartAsync(string database, Action? onStep = null) =>
        DurableEngine.StartAsync(new DurableEngineOptions { DatabasePath = database }, Programs.Registry(onStep), new ServiceCollection().BuildServiceProvider());
}
