using Microsoft.Extensions.Logging;

namespace MultiAgentInfra.EmbeddedRuntime.Engine;

/// <summary>Takes instances with new events, runs their turn and commits it.</summary>
internal sealed partial class OrchestrationWorker(
    SqliteOrchestrationStore store, InstanceMailboxes mailboxes, EffectsDispatcher dispatcher, OrchestrationLoader loader, ILogger<OrchestrationWorker> logger)
{
    public async Task RunAsync(InFlightSlot slot, Action<Exception> onFatal)
    {
        try
        {
            await foreach (var mailbox in mailboxes.Ready.ReadAllAsync())
                await RunAsync(mailbox, slot);
        }
        catch (Exception exception)
        {
            // A turn that cannot be read or committed must not be dropped quietly: the engine stops and the next start takes it up again.
            onFatal(exception);
        }
    }

    /// <summary>Runs the waiting turn of one instance; false when nothing waits for it.</summary>
    public async Task<bool> RunTurnOfAsync(string instanceId, InFlightSlot slot)
    {
        if (mailboxes.TakeReady(instanceId) is not { } mailbox)
            return false;
        await RunAsync(mailbox, slot);
        return true;
    }

    private async Task RunAsync(InstanceMailboxes.Mailbox mailbox, InFlightSlot slot)
    {
        var events = mailboxes.Take(mailbox);
        mailboxes.Release(mailbox, await RunTurnAsync(mailbox.InstanceId, events, slot));
    }

    /// <summary>Returns the events that have to wait, because the instance has not started yet.</summary>
    private async Task<IReadOnlyList<PendingEvent>> RunTurnAsync(string instanceId, IReadOnlyList<PendingEvent> events, InFlightSlot slot)
    {
        var session = loader.Load(instanceId, slot);
        var current = events.Where(pending => session is { } found && IsFor(found.Instance, pending)).ToList();
        await DiscardAsync(events.Except(current));
        if (session is null || current.Count == 0)
            return [];

        // A start comes first even when an event has overtaken it.
        current = [.. current.OrderByDescending(pending => pending.Event.Kind == EventKind.ExecutionStarted)];
        var hasStarted = session.Executor.HistoryLength > 0 || current[0].Event.Kind == EventKind.ExecutionStarted;
        if (!hasStarted && current.All(pending => pending.Event.Kind != EventKind.Terminated))
        {
            loader.Keep(session);
            return current;
        }

        await CommitTurnAsync(session, current, slot);
        return [];
    }

    private async Task CommitTurnAsync(SessionCache.Session session, IReadOnlyList<PendingEvent> current, InFlightSlot slot)
    {
        var executor = session.Executor;

        // The orchestrator's clock never goes back, whatever the machine's does.
        var now = loader.Now > executor.Now ? loader.Now : executor.Now;
        HistoryEvent[] events = [new(EventKind.TurnStarted, Time: now), .. current.Select(pending => pending.Event)];
        slot.Enter(session.Instance.Execution);
        var result = executor.RunTurn(events);
        slot.Leave();
        slot.Finish();
        var commit = new TurnCommit(session.Instance, current, events, executor.HistoryLength, result);
        try
        {
            var effects = await store.Writer.WriteAsync(commit.Apply);
            if (result.Completion is null)
            {
                executor.HistoryLength += commit.NewHistory.Count;
                loader.Keep(session with { Instance = session.Instance with { Status = commit.Status } });
            }
            else
            {
                Log.Finished(logger, session.Instance.Name, session.Instance.InstanceId, result.Completion.Status, result.Completion.Failure?.ErrorMessage);
            }

            dispatcher.Dispatch(effects);
        }
        catch (StaleTurnException)
        {
            // Purged or replaced meanwhile: what is still in the inbox belongs to the new instance and starts over from there.
            foreach (var row in store.Read(reader => reader.InboxOf(session.Instance.InstanceId)).Where(row => row.DueAt <= loader.Now))
                mailboxes.Deliver(row.Event);
        }
    }

    private async Task DiscardAsync(IEnumerable<PendingEvent> stale)
    {
        PendingEvent[] rows = [.. stale.Where(pending => pending.InboxId != 0 || pending.TaskRow != 0)];
        if (rows.Length == 0)
            return;
        await store.Writer.WriteAsync(session =>
        {
            foreach (var row in rows)
                _ = row.TaskRow != 0 ? session.DeleteTask(row.TaskRow) : session.DeleteInboxRow(row.InboxId);
            return rows.Length;
        });
    }

    private static bool IsFor(StoredInstance instance, PendingEvent pending) => pending.Execution is null || pending.Execution == instance.Execution;

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Debug, "The orchestration {name} {instanceId} ended: {status} {error}")]
        public static partial void Finished(ILogger logger, string name, string instanceId, OrchestrationRuntimeStatus status, string? error);
    }
}
