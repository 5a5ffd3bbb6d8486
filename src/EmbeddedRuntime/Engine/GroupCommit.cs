using System.Collections.Concurrent;
using System.Diagnostics;
using Microsoft.Data.Sqlite;

namespace MultiAgentInfra.EmbeddedRuntime.Engine;

/// <summary>The only writer: one thread that puts all queued work items into one transaction, so that they share one fsync.</summary>
internal sealed class GroupCommit : IDisposable
{
    private const int LargestGroup = 512;

    private readonly BlockingCollection<IWorkItem> _queue = [];
    private readonly WriteSession _session;
    private readonly Statement _begin;
    private readonly Statement _commit;
    private readonly Statement _rollback;
    private readonly Statement _savepoint;
    private readonly Statement _release;
    private readonly Statement _undo;
    private readonly Action<Exception> _onFatal;
    private readonly Thread _thread;
    private volatile Exception? _stopped;

    public GroupCommit(SqliteConnection connection, TimeProvider timeProvider, Action<Exception> onFatal)
    {
        _begin = new Statement(connection, "BEGIN IMMEDIATE");
        _commit = new Statement(connection, "COMMIT");
        _rollback = new Statement(connection, "ROLLBACK");
        _savepoint = new Statement(connection, "SAVEPOINT item");
        _release = new Statement(connection, "RELEASE item");
        _undo = new Statement(connection, "ROLLBACK TO item");
        _session = new WriteSession(connection, timeProvider);
        _onFatal = onFatal;
        _thread = new Thread(WriteLoop) { IsBackground = true, Name = "durable-writer" };
        _thread.Start();
    }

    /// <summary>Runs the work in a transaction; the task ends when that is on disk. Work that throws is undone alone.</summary>
    public Task<T> WriteAsync<T>(Func<WriteSession, T> work)
    {
        var item = new WorkItem<T>(work);
        if (_stopped is { } reason)
            return Task.FromException<T>(new InvalidOperationException("The durable engine has stopped: " + reason.Message, reason));
        try
        {
            _queue.Add(item);
        }
        catch (InvalidOperationException)
        {
            item.Fail(Stopped());
        }

        return item.Task;
    }

    /// <summary>Refuses what is still queued, as a crash would.</summary>
    public void Abandon() => _stopped = Stopped();

    public void Dispose()
    {
        _queue.CompleteAdding();
        _thread.Join();
        _session.Dispose();
        foreach (var statement in new[] { _begin, _commit, _rollback, _savepoint, _release, _undo })
            statement.Dispose();
        _queue.Dispose();
    }

    private static InvalidOperationException Stopped() => new("The durable engine has stopped.");

    private void WriteLoop()
    {
        var group = new List<IWorkItem>();
        foreach (var first in _queue.GetConsumingEnumerable())
        {
            group.Clear();
            group.Add(first);
            while (group.Count < LargestGroup && _queue.TryTake(out var next))
                group.Add(next);
            Commit(group);
        }
    }

    private void Commit(List<IWorkItem> group)
    {
        var reason = _stopped;
        if (reason is null)
        {
            try
            {
                var begin = Stopwatch.GetTimestamp();
                _begin.Execute();
                foreach (var item in group)
                    Apply(item);
                if (_stopped is { } crashed)
                    throw crashed;
                var commit = Stopwatch.GetTimestamp();
                _commit.Execute();
                DurableMetrics.Committed(begin, commit);
            }
            catch (Exception exception)
            {
                // A commit that failed leaves the file as it was; nothing after it may pretend to be durable.
                TryRollback();
                reason = exception;
                var isCrash = _stopped is not null;
                _stopped = exception;
                if (!isCrash)
                    _onFatal(exception);
            }
        }

        foreach (var item in group)
        {
            if (reason is null)
                item.Complete();
            else
                item.Fail(reason);
        }
    }

    private void Apply(IWorkItem item)
    {
        _savepoint.Execute();
        try
        {
            item.Apply(_session);
            _release.Execute();
        }
        catch (Exception exception) when (exception is not SqliteException)
        {
            _undo.Execute();
            _release.Execute();
            item.Refuse(exception);
        }
    }

    private void TryRollback()
    {
        try
        {
            _rollback.Execute();
        }
        catch (SqliteException)
        {
            // SQLite has rolled back on its own, as it does when the disk is full.
        }
    }

    private interface IWorkItem
    {
        void Apply(WriteSession session);

        void Refuse(Exception exception);

        void Complete();

        void Fail(Exception exception);
    }

    private sealed class WorkItem<T>(Func<WriteSession, T> work) : IWorkItem
    {
        private readonly TaskCompletionSource<T> _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private Exception? _refused;
        private T? _result;

        public Task<T> Task => _done.Task;

        public void Apply(WriteSession session) => _result = work(session);

        public void Refuse(Exception exception) => _refused = exception;

        public void Complete()
        {
            if (_refused is null)
                _done.TrySetResult(_result!);
            else
                _done.TrySetException(_refused);
        }

        public void Fail(Exception exception) => _done.TrySetException(new InvalidOperationException("The durable engine could not write: " + exception.Message, exception));
    }
}
