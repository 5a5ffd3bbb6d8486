using System.Diagnostics;
using System.Text.Json;

namespace MultiAgentInfra.Benchmarks.Workers;

/// <summary>Both ends of a worker: the parent starts this program again, and the child prints its figures as one line.</summary>
internal static class WorkerProcess
{
    public const string Verb = "worker";

    public static async Task<IReadOnlyDictionary<string, double>> RunAsync<TWorker>(string subject, int count, int argument = 0)
        where TWorker : BenchmarkWorker, new()
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!) { RedirectStandardInput = true, RedirectStandardOutput = true };
        foreach (var word in new[] { typeof(WorkerProcess).Assembly.Location, Verb, new TWorker().Name, subject, $"{count}", $"{argument}" })
            start.ArgumentList.Add(word);
        using var process = Process.Start(start)!;
        try
        {
            var line = await process.StandardOutput.ReadLineAsync() ?? throw new InvalidOperationException($"The worker {typeof(TWorker).Name} ended without a result.");
            return JsonSerializer.Deserialize<Dictionary<string, double>>(line)!;
        }
        finally
        {
            process.Kill();
            await process.WaitForExitAsync();
        }
    }

    /// <summary>Measures, prints, and keeps what it holds open until the parent kills this process or has ended itself.</summary>
    public static async Task ServeAsync(BenchmarkWorker worker, string subject, int count, int argument)
    {
        var figures = await worker.MeasureAsync(subject, count, argument);
        await Console.Out.WriteLineAsync(JsonSerializer.Serialize(figures));
        await Console.In.ReadLineAsync();
    }
}
