using System.Diagnostics;
using MultiAgentInfra.EmbeddedRuntime;

namespace MultiAgentInfra.Benchmarks;

/// <summary>Starts instances through the client and waits for each, so many at a time.</summary>
internal static class Load
{
    private static int _runs;

    /// <summary>Returns the time from before the first call to the end of the last instance.</summary>
    public static async Task<TimeSpan> RunAsync(DurableTaskClient client, string orchestrator, int input, int total, int atOnce)
    {
        var run = Interlocked.Increment(ref _runs);
        var next = -1;
        var clock = Stopwatch.StartNew();
        await Task.WhenAll(Enumerable.Range(0, Math.Min(total, atOnce)).Select(_ => Task.Run(RunSomeAsync)));
        return clock.Elapsed;

        async Task RunSomeAsync()
        {
            for (var index = Interlocked.Increment(ref next); index < total; index = Interlocked.Increment(ref next))
                await RunOneAsync(client, orchestrator, input, $"{orchestrator}-{run}-{index}");
        }
    }

    private static async Task RunOneAsync(DurableTaskClient client, string orchestrator, int input, string instanceId)
    {
        await client.ScheduleNewOrchestrationInstanceAsync(orchestrator, input, new StartOrchestrationOptions(instanceId));
        var end = await client.WaitForInstanceCompletionAsync(instanceId);
        if (end.RuntimeStatus != OrchestrationRuntimeStatus.Completed)
            throw new InvalidOperationException($"{instanceId} ended as {end.RuntimeStatus}: {end.FailureDetails?.ErrorMessage}");
    }
}
