using System.Diagnostics;
using MultiAgentInfra.EmbeddedRuntime;

namespace MultiAgentInfra.Benchmarks.Workers;

/// <summary>A new process has no orchestration in memory: each gets its event, and its next step cannot start before its history is replayed.</summary>
internal sealed class Replay : BenchmarkWorker
{
    public override async Task<Dictionary<string, double>> MeasureAsync(string database, int instances, int argument)
    {
        var started = new TaskCompletionSource<long>(TaskCreationOptions.RunContinuationsAsynchronously);
        var engine = await MeasuredEngine.StartAsync(database, () => started.TrySetResult(Stopwatch.GetTimestamp()));
        var times = new List<double>();
        for (var index = 0; index < instances; index++)
        {
            started = new TaskCompletionSource<long>(TaskCreationOptions.RunContinuationsAsynchronously);
            var raised = Stopwatch.GetTimestamp();
            await engine.Client.RaiseEventAsync(WaitingInstances.Id(index), Programs.Go, 0);
            times.Add(Stopwatch.GetElapsedTime(raised, await started.Task).TotalMilliseconds);
            var end = await engine.Client.WaitForInstanceCompletionAsync(WaitingInstances.Id(index));
            if (end.RuntimeStatus != OrchestrationRuntimeStatus.Completed)
                throw new InvalidOperationException($"{end.InstanceId} ended as {end.RuntimeStatus}: {end.FailureDetails?.ErrorMessage}");
        }

        var later = new Samples(times.Count > 1 ? times.Skip(1) : times);
        return new() { ["first"] = times[0], ["median"] = later.Median, ["best"] = later.Min };
    }
}
