namespace MultiAgentInfra.EmbeddedRuntime.Engine;

/// <summary>The mark of one worker, set while user code runs: once for an activity; in a turn for the replay and for the new events.</summary>
internal sealed class InFlightSlot(InFlightMarks marks, WorkKind kind, int slot, Suspects suspects, bool isTrial)
{
    private long _id;

    public void Enter(long id)
    {
        _id = id;
        marks.Set(slot, id);
    }

    /// <summary>The user code has returned, whether the work is done or not.</summary>
    public void Leave() => marks.Set(slot, 0);

    /// <summary>The work that was left has ended, one way or another: it is no suspect any more.</summary>
    public void Finish()
    {
        // The trial of an orchestrator may take two turns and forgets it itself.
        if (!isTrial || kind == WorkKind.Activity)
            suspects.Forget(new WorkId(kind, _id));
    }

    /// <summary>The result of an activity as it can be delivered.</summary>
    public ValueTask<PendingEvent> DeliverableAsync(PendingEvent result) => suspects.DeliverableAsync(result, isTrial);
}
