namespace MultiAgentInfra.Benchmarks;

/// <summary>One line of the table and the code that measures it.</summary>
internal abstract class BenchmarkRow
{
    public abstract string Name { get; }

    public abstract Task<IReadOnlyList<RowResult>> MeasureAsync(BenchmarkContext context);
}
