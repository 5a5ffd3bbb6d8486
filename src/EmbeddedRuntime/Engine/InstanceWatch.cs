namespace MultiAgentInfra.EmbeddedRuntime.Engine;

/// <summary>Wakes those who wait for an instance's status to change.</summary>
internal sealed class InstanceWatch
{
    private readonly Dictionary<string, TaskCompletionSource> _watched = new(StringComparer.Ordinal);
    private readonly Lock _gate = new();
    private Exception? _failure;

    /// <summary>Ends at the next change; take it before reading the state, so that none is missed.</summary>
    public Task NextChange(string instanceId)
    {
        lock (_gate)
        {
            if (_failure is not null)
                return Task.FromException(_failure);
            if (!_watched.TryGetValue(instanceId, out var change))
                change = _watched[instanceId] = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return change.Task;
        }
    }

    public void Changed(string instanceId)
    {
        lock (_gate)
        {
            if (_watched.Remove(instanceId, out var change))
                change.SetResult();
        }
    }

    public void Fail(Exception exception)
    {
        lock (_gate)
        {
            _failure = exception;
            foreach (var change in _watched.Values)
                change.TrySetException(exception);
            _watched.Clear();
        }
    }
}
