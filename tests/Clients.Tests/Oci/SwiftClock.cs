using System.Collections.Concurrent;

namespace MultiAgentInfra.Clients.Tests.Oci;

/// <summary>Waits between attempts are over at once; patience with an answer, which is longer than any of them, is not.</summary>
internal sealed class SwiftClock : TimeProvider
{
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(31);

    /// <summary>What was waited for.</summary>
    public ConcurrentQueue<TimeSpan> Waits { get; } = new();

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        if (dueTime <= TimeSpan.Zero || dueTime > LongestWait)
            return base.CreateTimer(callback, state, dueTime, period);
        Waits.Enqueue(dueTime);
        return base.CreateTimer(callback, state, TimeSpan.FromMilliseconds(1), period);
    }
}
