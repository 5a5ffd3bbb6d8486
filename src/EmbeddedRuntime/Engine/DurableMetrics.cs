using System.Diagnostics.Metrics;

namespace MultiAgentInfra.EmbeddedRuntime.Engine;

/// <summary>What an operator can watch, for example with dotnet-counters.</summary>
internal static class DurableMetrics
{
    public const string MeterName = "MultiAgentInfra.EmbeddedRuntime";

    private static readonly Meter Meter = new(MeterName);

    private static readonly Histogram<double> Commits =
        Meter.CreateHistogram<double>("durable.commits", "s", "How long each commit of the durable engine took, its sync to the disk included.");

    public static void Committed(TimeSpan time) => Commits.Record(time.TotalSeconds);
}
