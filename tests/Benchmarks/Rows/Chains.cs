namespace MultiAgentInfra.Benchmarks.Rows;

/// <summary>Short sequential orchestrations, by the second, with all of them started at once by concurrent calls.</summary>
internal sealed class Chains : BenchmarkRow
{
    public override string Name => "chains";

    public override async Task<IReadOnlyList<RowResult>> MeasureAsync(BenchmarkContext context)
    {
        var total = context.Scale(5_000);
        var trials = await Throughput.MeasureAsync(context, $"{total:N0} chains of 5", Throughput.Shape.Chain(5, total, total));
        return
        [
            RowResult.OfRate($"chains of 5 activities, {total:N0} at once, starts included, orchestrations/s", trials, "durable-chains", 1_200, "orchestrations/s",
                "156 (measured: emulator, in memory); 21 (published: MSSQL backend, 2 vCores)"),
        ];
    }
}
