using System.Diagnostics;
using MultiAgentInfra.Benchmarks.Clusters;
using MultiAgentInfra.TestSupport.Portainer;

namespace MultiAgentInfra.Benchmarks.Rows;

/// <summary>Many agents from nothing to ready, looked at, and removed.</summary>
internal sealed class Fleet : BenchmarkRow
{
    // Pods, StatefulSets and Deployments.
    private const int ListsOfCluster = 3;

    public override string Name => "fleet";

    public override async Task<IReadOnlyList<RowResult>> MeasureAsync(BenchmarkContext context)
    {
        var count = context.Scale(1_000);
        await using var portainer = await PortainerProcess.StartAsync(context.Stop);
        await LiveAsync(context, portainer, count / 10);
        var lives = new List<Life>();
        for (var repetition = 1; repetition <= context.Repetitions; repetition++)
        {
            context.Progress.Say($"{count:N0} agents: {repetition}");
            lives.Add(await LiveAsync(context, portainer, count));
        }

        var end = await portainer.ReadAsync(context.Stop);
        var (lists, calls) = (Of(life => life.SweepCalls), Of(life => life.DeployCalls));
        return
        [
            RowResult.Of($"{count:N0} agents, 128 at a time, until each is seen ready, agents/s", Of(life => count / life.Deploy), "N0", null,
                note: $"CPU of this program for one: {Of(life => life.DeployCpu).Median * 1_000 / count:N1} ms."),
            RowResult.Of("the same, requests for one", calls, "N1", Goal.AtMost("clusters-requests-per-deployment", calls.Median, 40, "N1", "requests")),
            RowResult.Of($"a look at all {count:N0}, ms", Of(life => life.Sweep * 1_000), "N0", null, $"a list for each agent {Of(life => life.Peer * 1_000).Median:N0}"),
            RowResult.Of("the same, requests", lists, "N0", Goal.AtMost("clusters-requests-per-sweep", lists.Median, PortainerProcess.Clusters * ListsOfCluster, "N0", "requests"), $"a list for each agent {count:N0}"),
            RowResult.Of($"{count:N0} agents stopped and removed, agents/s", Of(life => count / life.Remove), "N0", null),
            RowResult.Of("pods of one agent at one moment, at most", new([end.MostLivePods]), "N0", Goal.AtMost("clusters-live-pods", end.MostLivePods, 1, "N0", "")),
            RowResult.Of("objects and stacks left in the end", new([end.Left]), "N0", Goal.AtMost("clusters-left-over", end.Left + end.Unknown, 0, "N0", "")),
        ];

        Samples Of(Func<Life, double> figure) => new(lives.Select(figure));
    }

    private static async Task<Life> LiveAsync(BenchmarkContext context, PortainerProcess portainer, int count)
    {
        using var fleet = new MeasuredFleet(portainer.Address, PortainerServer.ApiKey, context.NewFolder(), count);
        var (before, cpu) = (await portainer.ReadAsync(context.Stop), CpuTimes.Now());
        var deploy = await TimeAsync(fleet.DeployAsync, context.Stop);
        var (after, used) = (await portainer.ReadAsync(context.Stop), CpuTimes.Now().Since(cpu).Process);
        var sweep = await TimeAsync(fleet.SweepAsync, context.Stop);
        var seen = await portainer.ReadAsync(context.Stop);
        var peer = await TimeAsync(fleet.SweepOneByOneAsync, context.Stop);
        var remove = await TimeAsync(fleet.RemoveAsync, context.Stop);
        return new(deploy, (after.Calls - before.Calls) / (double)count, used, sweep, seen.Calls - after.Calls, peer, remove);
    }

    private static async Task<double> TimeAsync(Func<CancellationToken, Task> act, CancellationToken stop)
    {
        var clock = Stopwatch.StartNew();
        await act(stop);
        return clock.Elapsed.TotalSeconds;
    }

    /// <summary>Seconds, and requests: for a deployment those of one agent, for the look those of all.</summary>
    private sealed record Life(double Deploy, double DeployCalls, double DeployCpu, double Sweep, double SweepCalls, double Peer, double Remove);
}
