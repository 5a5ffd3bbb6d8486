namespace MultiAgentInfra.TestSupport;

/// <summary>A clock that stands still until a test moves it; timers fire in the order of their due times.</summary>
public sealed class FakeClock : TimeProvider
{
    private readonly List<FakeTimer> _timers = [];
    private readonly Lock _gate = new();
    private DateTimeOffset _now = new(2030, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>When the next timer fires; null when none is armed.</summary>
    public DateTimeOffset? NextTimer
    {
        get
        {
            lock (_gate)
                return _timers.Min(timer => timer.DueAt);
        }
    }

    public override DateTimeOffset GetUtcNow()
    {
        lock (_gate)
            return _now;
    }

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new FakeTimer(this, () => callback(state));
        lock (_gate)
            _timers.Add(timer);
        timer.Change(dueTime, period);
        return timer;
    }

    public void Advance(TimeSpan time)
    {
        var end = GetUtcNow() + time;
        while (TakeDue(end) is { } due)
            due.Fire();
        lock (_gate)
            _now = end;
    }

    private FakeTimer? TakeDue(DateTimeOffset end)
    {
        lock (_gate)
        {
            var due = _timers.Where(timer => timer.DueAt <= end).MinBy(timer => timer.DueAt);
            if (due?.DueAt > _now)
                _now = due.DueAt.Value;
            due?.Rearm();
            return due;
        }
    }

    private sealed class FakeTimer(FakeClock clock, Action fire) : ITimer
    {
        private TimeSpan _period;

        public DateTimeOffset? DueAt { get; private set; }

        public Action Fire => fire;

        public void Rearm() => DueAt = _period > TimeSpan.Zero ? DueAt + _period : null;

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            lock (clock._gate)
            {
                _period = period;
                DueAt = dueTime == Timeout.InfiniteTimeSpan ? null : clock._now + dueTime;
            }

            return true;
        }

        public void Dispose()
        {
            lock (clock._gate)
                clock._timers.Remove(this);
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
