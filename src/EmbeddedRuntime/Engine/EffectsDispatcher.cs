using System.Threading.Channels;

namespace MultiAgentInfra.EmbeddedRuntime.Engine;

/// <summary>Sets off in memory what a commit has made durable.</summary>
internal sealed class EffectsDispatcher(InstanceMailboxes mailboxes, DurableTimers timers, ChannelWriter<PendingActivity> activities, InstanceWatch watch)
{
    public void Dispatch(TurnEffects effects)
    {
        foreach (var activity in effects.Activities)
            activities.TryWrite(activity);
        foreach (var row in effects.CancelledInboxRows)
            timers.Cancel(row);
        foreach (var timer in effects.Timers)
            timers.Add(timer);
        mailboxes.DeliverFirst(effects.NextExecution);
        foreach (var pending in effects.Deliveries)
            mailboxes.Deliver(pending);
        foreach (var instanceId in effects.Changed)
            watch.Changed(instanceId);
    }

    /// <summary>Takes up what a stored inbox holds, at the start.</summary>
    public void Resume(IEnumerable<PendingTimer> inbox)
    {
        foreach (var row in inbox)
            timers.Add(row);
    }

    /// <summary>Takes up what a stored task list holds, once the suspects have had their trial.</summary>
    public void Resume(WaitingActivities waiting)
    {
        foreach (var activity in waiting.TakeAll())
            activities.TryWrite(activity);
    }
}
