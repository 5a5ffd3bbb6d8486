namespace MultiAgentInfra.EmbeddedRuntime.Engine;

/// <summary>Gives the executor of an instance, from the cache or by replaying its history.</summary>
internal sealed class OrchestrationLoader(
    SqliteOrchestrationStore store, DurableTaskRegistry registry, IServiceProvider services, DurableEngineOptions options, Action<PendingEvent> deliver)
{
    private readonly SessionCache _cache = new(options.CachedOrchestrations);

    public DateTime Now => options.TimeProvider.GetUtcNow().UtcDateTime;

    /// <summary>Null when the instance is unknown or finished.</summary>
    public SessionCache.Session? Load(string instanceId, InFlightSlot slot)
    {
        if (_cache.Take(instanceId) is { } cached)
            return cached;
        var instance = store.Read(reader => reader.Instance(instanceId));
        if (instance is not { IsFinished: false })
            return null;
        var executor = new OrchestrationExecutor(instanceId, registry, services, options)
        {
            OnForeignAwait = () => deliver(new PendingEvent(instanceId, instance.Execution, 0, 0, new HistoryEvent(EventKind.ForeignAwait))),
        };
        var history = store.Read(reader => reader.History(instance.Execution));
        slot.Enter(instance.Execution);
        executor.Replay(history);
        slot.Leave();
        return new SessionCache.Session(instance, executor);
    }

    public void Keep(SessionCache.Session session) => _cache.Keep(session);
}
