using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using MultiAgentInfra.EmbeddedRuntime.Engine;

namespace MultiAgentInfra.EmbeddedRuntime.Tests.Durable;

public sealed class MetricCases
{
    [Fact]
    public async Task Transactions_and_their_commits_are_timed()
    {
        var times = new ConcurrentBag<string>();
        using var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, listening) =>
        {
            if (instrument.Meter.Name == DurableMetrics.MeterName)
                listening.EnableMeasurementEvents(instrument);
        };
        listener.SetMeasurementEventCallback<double>((instrument, _, _, _) => times.Add(instrument.Name));
        listener.Start();
        await using var engine = await TestEngine.StartAsync(256, tasks => tasks.AddOrchestratorFunc("Run", _ => Task.CompletedTask));
        await engine.RunAsync("Run");
        Assert.Contains("durable.transactions", times);
        Assert.Contains("durable.commits", times);
    }
}
