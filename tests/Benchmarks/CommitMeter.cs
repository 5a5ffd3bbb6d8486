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
            if (instrument.Meter.Name == "MultiAgentInfra.EmbeddedRuntime")
                listener.EnableMeasurementEvents(instrument);
        };
        _listener.SetMeasurementEventCallback<double>((instrument, seconds, _, _) => Add(instrument.Name, seconds));
        _listener.Start();
    }

    public long Count { get; private set; }

    public double CommitSeconds { get; private set; }

    public double TransactionSeconds { get; private set; }

    public void Dispose() => _listener.Dispose();

    private void Add(string name, double seconds)
    {
        lock (_gate)
        {
            if (name == "durable.transactions")
                TransactionSeconds += seconds;
            if (name != "durable.commits")
                return;
            CommitSeconds += seconds;
            Count++;
        }
    }
}
