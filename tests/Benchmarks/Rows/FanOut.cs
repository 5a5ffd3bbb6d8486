namespace MultiAgentInfra.Benchmarks.Rows;

/// <summary>Activities that run side by side, by the second; each result is committed and synced before its orchestration sees it.</summary>
internal sealed class FanOut : BenchmarkRow
{
    private const string Peer = "990 (measured: Microsoft's in-memory emulator over DurableTask.Core)";

    public override string Name => "fan-out";

    public override async Task<IReadOnlyList<RowResult>> MeasureAsync(BenchmarkContext context)
    {
        var many = context.Scale(1_000);
        var several = await Throughput.MeasureAsync(context, $"fan-out {many:N0} × 100", Throughput.Shape.FanOut(100, many, 100));
        var width = context.Scale(10_000);
        var single = await Throughput.MeasureAsync(context, $"fan-out 1 × {width:N0}", Throughput.Shape.FanOut(width, 10, 1));
        return
        [
            RowResult.OfRate($"fan-out, {many:N0} orchestrations × 100 activities, 100 at once, activities/s", several, "durable-fan-out", 8_000, "activities/s", Peer),
            RowResult.OfRate($"fan-out, 10 orchestrations × {width:N0} activities, 1 at once, activities/s", single, "durable-fan-out-single", 8_000, "activities/s", Peer),
        ];
    }
}
