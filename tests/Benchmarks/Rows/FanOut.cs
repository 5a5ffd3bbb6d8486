namespace MultiAgentInfra.Benchmarks.Rows;

/// <summary>Activities that run side by side, by the second; each result is committed and synced before its orchestration sees it.</summary>
internal sealed class FanOut : BenchmarkRow
{
    private const string Peer = "990 (measured: Microsoft's in-memory emulator over DurableTask.Core)";

    public override string Name => "fan-out";

    public override async Task<IReadOnlyList<RowResult>> MeasureAsync(BenchmarkContext context)
    {
        var many = context.Scale(100);
        var several = await Throughput.MeasureAsync(context, $"fan-out {many} × 100", new(Programs.FanOut, 100, many, many, 100));
        var width = context.Scale(10_000);
        var single = await Throughput.MeasureAsync(context, $"fan-out 1 × {width:N0}", new(Programs.FanOut, width, 1, 1, width));
        return
        [
            new($"fan-out, {many} orchestrations × 100 activities, activities/s", $"{several.Median:N0}", $"{several.Min:N0}–{several.Max:N0}",
                Goal.AtLeast("durable-fan-out", several.Median, 8_000, "activities/s"), Peer),
            new($"fan-out, 1 orchestration × {width:N0} activities, activities/s", $"{single.Median:N0}", $"{single.Min:N0}–{single.Max:N0}",
                Goal.AtLeast("durable-fan-out-single", single.Median, 8_000, "activities/s"), Peer),
        ];
    }
}
