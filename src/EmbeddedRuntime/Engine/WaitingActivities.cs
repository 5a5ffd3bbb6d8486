using System.Collections.Concurrent;

namespace MultiAgentInfra.EmbeddedRuntime.Engine;

/// <summary>The activities that the database held at the start, each of which is taken once: by a trial or, after the trials, by the workers.</summary>
internal sealed class WaitingActivities(IEnumerable<PendingActivity> stored)
{
    private readonly ConcurrentDictionary<long, PendingActivity> _waiting = new(stored.ToDictionary(activity => activity.Row));

    public PendingActivity? Take(long row) => _waiting.TryRemove(row, out var activity) ? activity : null;

    /// <summary>Those of one orchestration, in their order.</summary>
    public IReadOnlyList<long> Of(long execution) =>
        [.. _waiting.Values.Where(activity => activity.Execution == execution).Select(activity => activity.Row).Order()];

    public IEnumerable<PendingActivity> TakeAll() => _waiting.Keys.Order().Select(Take).OfType<PendingActivity>();
}
