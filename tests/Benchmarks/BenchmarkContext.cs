using Microsoft.Extensions.DependencyInjection;
using MultiAgentInfra.EmbeddedRuntime.Engine;

namespace MultiAgentInfra.Benchmarks;

/// <summary>What every row gets: a folder on the measured disk, how thorough to be, and where to say what happens.</summary>
internal sealed class BenchmarkContext(string folder, bool isQuick, Progress progress)
{
    private int _databases;

    public string Folder => folder;

    public bool IsQuick => isQuick;

    public Progress Progress => progress;

    public int Repetitions => isQuick ? 1 : 3;

    public TimeSpan WarmUp => TimeSpan.FromSeconds(isQuick ? 1 : 4);

    public int Scale(int count) => isQuick ? Math.Max(1, count / 10) : count;

    public string NewDatabase() => Path.Combine(Directory.CreateDirectory(Path.Combine(folder, $"{Interlocked.Increment(ref _databases)}")).FullName, "durable.db");

    public Task<DurableEngine> StartAsync(Programs programs, string? database = null, int? cached = null)
    {
        var options = new DurableEngineOptions { DatabasePath = database ?? NewDatabase() };
        options.CachedOrchestrations = cached ?? options.CachedOrchestrations;
        return DurableEngine.StartAsync(options, programs.Registry, new ServiceCollection().BuildServiceProvider());
    }
}
