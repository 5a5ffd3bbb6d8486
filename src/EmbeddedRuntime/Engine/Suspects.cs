using System.Collections.Concurrent;

namespace MultiAgentInfra.EmbeddedRuntime.Engine;

/// <summary>The work that was in flight when a process ended, until it ends itself.</summary>
internal sealed class Suspects(GroupCommit writer, InFlightMarks marks, IReadOnlyList<Suspect> rows)
{
    private readonly ConcurrentDictionary<WorkId, Suspect> _open = new(rows.ToDictionary(suspect => suspect.Work));
    private volatile bool _isEmpty = rows.Count == 0;

    /// <summary>In the order of their trials.</summary>
    public IReadOnlyList<Suspect> Rows => rows;

    public bool IsOpen(WorkId work) => !_isEmpty && _open.ContainsKey(work);

    /// <summary>The work has ended: its earlier deaths do not count any more.</summary>
    public void Forget(WorkId work)
    {
        if (!_isEmpty && _open.TryRemove(work, out _))
            _ = ForgetAsync(work);
    }

    public Task PassAsync(WorkId work) => WriteAsync(session => SuspectRows.Pass(session, work));

    /// <summary>
    /// The result of an activity as it can be delivered. That of a trial is stored first, because its turn has to wait for all trials. So is a
    /// suspect orchestrator's: if the turn that takes it ends the process, the next start repeats that turn at once and alone.
    /// </summary>
    public async ValueTask<PendingEvent> DeliverableAsync(PendingEvent result, bool isTrial)
    {
        if (!isTrial && (_isEmpty || !_open.ContainsKey(new WorkId(WorkKind.Turn, result.Execution!.Value))))
            return result;
        var stored = result;
        await WriteAsync(session =>
        {
            if (session.DeleteTask(result.TaskRow))
                stored = session.InsertInbox(result.InstanceId, result.Execution, result.Event);
        });
        return stored;
    }

    private async Task ForgetAsync(WorkId work)
    {
        await WriteAsync(session => SuspectRows.Delete(session, work));
        if (!_open.IsEmpty)
            return;
        _isEmpty = true;
        marks.HasSuspects = false;
    }

    private async Task WriteAsync(Action<WriteSession> work)
    {
        try
        {
            await writer.WriteAsync(session =>
            {
                work(session);
                return true;
            });
        }
        catch (InvalidOperationException)
        {
            // The engine has stopped, and says so itself: the next start asks again.
        }
    }
}
