namespace MultiAgentInfra.EmbeddedRuntime.Engine;

/// <summary>Executors that are kept between turns, so that a long history is not replayed at each step; bounded, least recently used out first.</summary>
internal sealed class SessionCache(int capacity)
{
    private readonly Dictionary<string, LinkedListNode<Session>> _sessions = new(StringComparer.Ordinal);
    private readonly LinkedList<Session> _byUse = new();
    private readonly Lock _gate = new();

    public Session? Take(string instanceId)
    {
        lock (_gate)
        {
            if (!_sessions.Remove(instanceId, out var node))
                return null;
            _byUse.Remove(node);
            return node.Value;
        }
    }

    public void Keep(Session session)
    {
        if (capacity == 0)
            return;
        lock (_gate)
        {
            _sessions[session.Instance.InstanceId] = _byUse.AddFirst(session);
            if (_sessions.Count <= capacity)
                return;
            _sessions.Remove(_byUse.Last!.Value.Instance.InstanceId);
            _byUse.RemoveLast();
        }
    }

    internal sealed record Session(StoredInstance Instance, OrchestrationExecutor Executor);
}
