namespace MultiAgentInfra.EmbeddedRuntime.Engine;

/// <summary>Matches raised events with waits: the newest wait is served first, as in the SDK, and an early event is kept.</summary>
internal sealed class ExternalEvents
{
    private readonly Dictionary<string, List<Waiter>> _waiters = new(StringComparer.OrdinalIgnoreCase);
    private readonly List<HistoryEvent> _buffered = [];

    public bool HasWaiters => _waiters.Count > 0;

    public Task<string?> Wait(string name, Type type, CancellationToken cancellation)
    {
        var waiting = _waiters.GetValueOrDefault(name);
        if (waiting is [var first, ..] && first.Type != type)
            throw new ArgumentException($"Two waits for the event '{name}' name different types, {first.Type} and {type}.");
        if (TakeBuffered(name) is { } early)
            return Task.FromResult(early.Payload);
        if (cancellation.IsCancellationRequested)
            return Task.FromCanceled<string?>(cancellation);

        var waiter = new Waiter(type, new TaskCompletionSource<string?>());
        (_waiters[name] = waiting ?? []).Add(waiter);

        // A cancelled wait leaves the list, so that the next event goes to a wait that is still there. The SDK's stays and swallows that event.
        cancellation.Register(() =>
        {
            Remove(name, waiter);
            waiter.Result.TrySetCanceled(cancellation);
        });
        return waiter.Result.Task;
    }

    public void Raise(HistoryEvent raised)
    {
        if (_waiters.GetValueOrDefault(raised.Name!) is not [.., var newest])
        {
            _buffered.Add(raised);
            return;
        }

        Remove(raised.Name!, newest);
        newest.Result.TrySetResult(raised.Payload);
    }

    public IReadOnlyList<HistoryEvent> TakeBuffered()
    {
        HistoryEvent[] events = [.. _buffered];
        _buffered.Clear();
        return events;
    }

    private HistoryEvent? TakeBuffered(string name)
    {
        var index = _buffered.FindIndex(buffered => string.Equals(buffered.Name, name, StringComparison.OrdinalIgnoreCase));
        if (index < 0)
            return null;
        var early = _buffered[index];
        _buffered.RemoveAt(index);
        return early;
    }

    private void Remove(string name, Waiter waiter)
    {
        if (_waiters.GetValueOrDefault(name) is { } waiting && waiting.Remove(waiter) && waiting.Count == 0)
            _waiters.Remove(name);
    }

    private sealed record Waiter(Type Type, TaskCompletionSource<string?> Result);
}
