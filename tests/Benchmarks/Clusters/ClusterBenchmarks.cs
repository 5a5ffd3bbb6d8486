namespace MultiAgentInfra.Benchmarks.Clusters;

/// <summary>What agents on clusters cost the control plane and the Portainer that it asks, which is the tests' stand-in in a process of its own.</summary>
internal static class ClusterBenchmarks
{
    public static async Task RunAsync(BenchmarkContext context, string? only, TextWriter output)
    {
        var report = new BenchmarkReport(context, output);
        var results = await new Rows.Fleet().MeasureAsync(context);
        await report.WriteHeadAsync($"{PortainerProcess.Clusters} clusters behind the stand-in for Portainer, in a process of its own on the same machine; a pod is ready 0.3 s after it was made.");
        await report.WriteAsync(results);
        await report.WriteGoalsAsync(results);
    }
}
