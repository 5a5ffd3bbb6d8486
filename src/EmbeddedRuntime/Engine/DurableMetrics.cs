using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace MultiAgentInfra.EmbeddedRuntime.Engine;

/// <summary>What an operator can watch, for example with dotnet-counters.</summary>
internal static class DurableMetrics
{
    public const string MeterName = "MultiAgentInfra.EmbeddedRuntime";

    private static readonly Meter Meter = new(MeterName);

    private static readonly Histogram<double> Transactions =
        Meter.CreateHistogram<double>("durable.transactions", "s", "How long each transaction of the durable engine's writer took, from its begin to the end of its commit.");

    private static readonly Histogram<double> Commits =
        Meter.CreateHistogram<double>("durable.commits", "s", "How long each commit of the durable engine took, its sync to the disk included.");

    /// <param name="begin">The time stamp before the transaction.</param>
    /// <param name="commit">The time stamp before its commit.</param>
    public static void Committed(long begin, long commit)
    {
        var end = Stopwatch.GetTimestamp();
        Transactions.Record(Stopwatch.GetElapsedTime(begin, end).TotalSeconds);
        Commits.Record(Stopwatch.GetElapsedTime(commit, end).TotalSeconds);
    }
}
