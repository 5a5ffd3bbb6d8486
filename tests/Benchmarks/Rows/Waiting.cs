using MultiAgentInfra.Benchmarks.Workers;

namespace MultiAgentInfra.Benchmarks.Rows;

/// <summary>What many instances that wait for an event cost in memory, and how soon work goes on after a kill and a restart.</summary>
internal sealed class Waiting : BenchmarkRow
{
    private const double Megabyte = 1_000_000;

    public override string Name => "waiting";

    public override async Task<IReadOnlyList<RowResult>> MeasureAsync(BenchmarkContext context)
    {
        var instances = context.Scale(10_000);
        List<IReadOnlyDictionary<string, double>> created = [], resumed = [], restarts = [];
        for (var repetition = 1; repetition <= context.Repetitions; repetition++)
        {
            context.Progress.Say($"{instances:N0} waiting instances: {repetition} of {context.Repetitions}");
            var database = MeasuredEngine.NewDatabase(context);
            created.Add(await WorkerProcess.RunAsync<CreateWaiting>(database, instances));

            // One more kill lies between the two, and each gives the event to another instance.
            restarts.Add(await WorkerProcess.RunAsync<FirstWork>(database, instances, instances - 1));
            resumed.Add(await WorkerProcess.RunAsync<ResumeWaiting>(database, instances));
            MeasuredEngine.Remove(database);
        }

        return [.. MemoryRows(instances, created, resumed), .. RestartRows(instances, restarts)];
    }

    private static IEnumerable<RowResult> MemoryRows(
        int instances, List<IReadOnlyDictionary<string, double>> created, List<IReadOnlyDictionary<string, double>> resumed)
    {
        var fresh = new Samples(created.Select(figures => figures["added"] / Megabyte));
        var again = new Samples(resumed.Select(figures => figures["added"] / Megabyte));
        var unsettled = new Samples(created.Select(figures => figures["unsettled"] / Megabyte));
        var goal = Goal.AtMost("durable-waiting-memory", Math.Max(fresh.Median, again.Median), 60, "N1", "MB");
        yield return RowResult.Of($"{instances:N0} instances waiting for an event, resident memory added after their creation, MB", fresh, "N1", goal,
            note: "Memory is VmRSS of the engine's process after forced collections, against the same process after a warm-up; " +
                $"the goal counts the larger of the two. Before the collections it is {unsettled.Median:N1} MB more than at the start.");
        yield return RowResult.Of($"{instances:N0} instances waiting for an event, resident memory added after a restart, MB", again, "N1", null);
    }

    private static IEnumerable<RowResult> RestartRows(int instances, List<IReadOnlyDictionary<string, double>> restarts)
    {
        var engine = new Samples(restarts.Select(figures => figures["engine"]));
        var process = new Samples(restarts.Select(figures => figures["process"]));
        var open = new Samples(restarts.Select(figures => figures["open"]));
        var note = $"Restart: a cold process after a SIGKILL raises an event to one instance and waits for its activity and its end; the engine is open after {open.Median:N2} s. " +
            "The file is in the page cache.";
        yield return RowResult.Of($"restart with those {instances:N0} to first work done, from engine start, s", engine, "N2", null);
        yield return RowResult.Of($"restart with those {instances:N0} to first work done, from process start, s", process, "N2",
            Goal.AtMost("durable-restart", process.Median, 1.5, "N2", "s"), note: note);
    }
}
