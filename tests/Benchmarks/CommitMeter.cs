using System.Diagnostics.Metrics;

namespace MultiAgentInfra.Benchmarks;

/// <summary>Counts the engine's commits and their time from outside, by its meter.</summary>
internal sealed class CommitMeter : IDisposable
{
    private readonly MeterListener _listener = new();
    private readonly Lock _gate = new();

    public CommitMeter()
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter.Name == "MultiAgentInfra.EmbeddedRuntime" && instrument.Name == "durable.commits")
                listener.EnableMeasurementEvents(instrument);
        };
        _listener.SetMeasurementEventCallback<double>((_, seconds, _, _) => Add(seconds));
        _listener.Start();
    }

    public long Count { get; private set; }

    public double Seconds { get; private set; }

    public void Dispose() => _listener.Dispose();

    private void Add(double seconds)
    {
        lock (_gate)
        {
            Count++;
            Seconds += seconds;
        }
    }
}
