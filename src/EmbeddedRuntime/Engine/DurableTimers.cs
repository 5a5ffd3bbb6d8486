namespace MultiAgentInfra.EmbeddedRuntime.Engine;

/// <summary>Delivers timed inbox rows when they are due; one timer of the clock is armed for the next.</summary>
internal sealed class DurableTimers : IDisposable
{
    // A clock's timer takes at most about 49 days.
    private static readonly TimeSpan LongestWait = TimeSpan.FromDays(1);

    private readonly PriorityQueue<PendingTimer, DateTime> _queue = new();
    private readonly HashSet<long> _live = [];
    private readonly Lock _gate = new();
    private readonly TimeProvider _timeProvider;
    private readonly Action<PendingEvent> _deliver;
    private readonly ITimer _alarm;
    private bool _isClosed;

    public DurableTimers(TimeProvider timeProvider, Action<PendingEvent> deliver)
    {
        _timeProvider = timeProvider;
        _deliver = deliver;
        _alarm = timeProvider.CreateTimer(_ => DeliverDue(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    public void Add(PendingTimer timer)
    {
        lock (_gate)
        {
            _live.Add(timer.Event.InboxId);
            _queue.Enqueue(timer, timer.DueAt);
        }

        DeliverDue();
    }

    public void Cancel(long inboxRow)
    {
        lock (_gate)
            _live.Remove(inboxRow);
        DeliverDue();
    }

    public void Dispose()
    {
        lock (_gate)
            _isClosed = true;
        _alarm.Dispose();
    }

    private void DeliverDue()
    {
        lock (_gate)
        {
            var now = _timeProvider.GetUtcNow().UtcDateTime;
            while (_queue.TryPeek(out var next, out var dueAt))
            {
                var isLive = _live.Contains(next.Event.InboxId);
                if (isLive && (dueAt > now || _isClosed))
                    break;
                _queue.Dequeue();
                if (isLive && _live.Remove(next.Event.InboxId))
                    _deliver(next.Event);
            }

            Arm(now);
        }
    }

    private void Arm(DateTime now)
    {
        if (_isClosed)
            return;
        var wait = _queue.TryPeek(out _, out var dueAt) ? dueAt - now : Timeout.InfiniteTimeSpan;

        // A clock's timer counts whole milliseconds: rounded down it would fire early and be armed again at once, many times over.
        var rounded = TimeSpan.FromMilliseconds(Math.Ceiling(wait.TotalMilliseconds));
        _alarm.Change(rounded < LongestWait ? rounded : LongestWait, Timeout.InfiniteTimeSpan);
    }
}
