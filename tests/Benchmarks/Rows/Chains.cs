namespace MultiAgentInfra.Benchmarks.Rows;

/// <summary>Short sequential orchestrations, by the second, with all of them started at once by concurrent calls.</summary>
internal sealed class Chains : BenchmarkRow
{
    public override string Name => "chains";

    public override async Task<IReadOnlyList<RowResult>> MeasureAsync(BenchmarkContext context)
    {
        var total = context.Scale(5_000);
        var rates = await Throughput.MeasureAsync(context, $"{total:N0} chains of 5", new(Programs.Chain, 5, total, total, 1));
        return
        [
            new($"chains of 5 activities, {total:N0} at once, starts included, orchestrations/s", $"{rates.Median:N0}", $"{rates.Min:N0}–{rates.Max:N0}",
                Goal.AtLeast("durable-chains", rates.Median, 1_200, "orchestrations/s"),
                "156 (measured: emulator, in memory); 21 (published: MSSQL backend, 2 vCores)"),
        ];
    }
}
