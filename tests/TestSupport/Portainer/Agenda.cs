namespace MultiAgentInfra.TestSupport.Portainer;

/// <summary>
/// What the stand-in will do, and when. Nothing runs by itself: whoever looks has everything done first that was due by then, in order and each at its own time.
/// All state of a server is behind this one lock.
/// </summary>
public sealed class Agenda(TimeProvider clock)
{
    private readonly PriorityQueue<Action, (DateTimeOffset At, long Number)> _due = new();
    private readonly Lock _gate = new();
    private long _number;

    /// <summary>The time of what is being done.</summary>
    public DateTimeOffset Now { get; private set; } = clock.GetUtcNow();

    public TimeProvider Clock => clock;

    public void After(TimeSpan delay, Action action) => _due.Enqueue(action, (Now + delay, _number++));

    public T Run<T>(Func<T> action)
    {
        lock (_gate)
        {
            Settle();
            try
            {
                return action();
            }
            finally
            {
                Settle();
            }
        }
    }

    public void Run(Action action) => Run(() =>
    {
        action();
        return true;
    });

    private void Settle()
    {
        var end = clock.GetUtcNow();
        while (_due.TryPeek(out _, out var next) && next.At <= end)
        {
            Now = next.At > Now ? next.At : Now;
            _due.Dequeue()();
        }

        Now = end > Now ? end : Now;
    }
}
