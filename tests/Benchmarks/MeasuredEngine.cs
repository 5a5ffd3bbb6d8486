using Microsoft.Extensions.DependencyInjection;
using MultiAgentInfra.EmbeddedRuntime.Engine;

namespace MultiAgentInfra.Benchmarks;

/// <summary>Engines with the product's settings, each on a database in a folder of its own.</summary>
internal static class MeasuredEngine
{
    public static string NewDatabase(BenchmarkContext context) => Path.Combine(context.NewFolder(), "durable.db");

    public static void Remove(string database) => Directory.Delete(Path.GetDirectoryName(database)!, recursive: true);

    public static Task<DurableEngine> StartAsync(string database, Action? onStep = null) =>
        DurableEngine.StartAsync(new DurableEngineOptions { DatabasePath = database }, Programs.Registry(onStep), new ServiceCollection().BuildServiceProvider());
}
