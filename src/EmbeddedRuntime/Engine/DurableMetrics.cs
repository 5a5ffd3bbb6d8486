using System.Diagnostics.Metrics;

namespace MultiAgentInfra.EmbeddedRuntime.Engine;

/// <summary>What an operator can watch, for example with dotnet-counters.</summary>
internal static class DurableMetrics
{
    private static readonly Meter Meter = new("MultiAgentInfra.EmbeddedRuntime");

    private static readonly Counter<long> Commits =
        Meter.CreateCounter<long>("durable.commits", "{commit}", "Transactions of the durable engine, each synced to the disk.");

    public static void Committed() => Commits.Add(1);
}
