namespace MultiAgentInfra.EmbeddedRuntime.Engine;

/// <summary>What clients and other orchestrations do to an instance, inside the writer's transaction.</summary>
internal static class InstanceCommands
{
    public const string Recursive = "recursive";

    /// <summary>
    /// Creates an instance. An id that is pending, running or suspended is refused, and so is one in a dedupe status;
    /// any other finished one is replaced, as the Functions host does by default. The client ends an unfinished one first where it may.
    /// </summary>
    /// <exception cref="OrchestrationAlreadyExistsException">The id is taken.</exception>
    public static PendingTimer Start(
        WriteSession session,
        string instanceId,
        string name,
        string? input,
        StartDetail detail,
        DateTime startAt = default,
        IReadOnlyCollection<OrchestrationRuntimeStatus>? dedupe = null)
    {
        if (session.FindInstance(instanceId) is { } existing)
        {
            if (!IsFinished(existing.Status) || dedupe?.Contains(existing.Status) == true)
                throw OrchestrationAlreadyExistsException.For(instanceId, existing.Status);
            session.DeleteInstance(instanceId, existing.Execution);
        }

        var execution = session.InsertInstance(instanceId, name, input, detail);
        var started = new HistoryEvent(EventKind.ExecutionStarted, Name: name, Payload: input, Detail: detail.ToJson());
        return new PendingTimer(session.InsertInbox(instanceId, execution, started, startAt), startAt);
    }

    /// <summary>Puts an event into the inbox; null when the instance is unknown or finished, where the SDK drops it silently too.</summary>
    public static PendingEvent? Send(WriteSession session, string instanceId, HistoryEvent sent, long? execution = null) =>
        session.FindInstance(instanceId) is { } target && !IsFinished(target.Status) ? session.InsertInbox(instanceId, execution, sent) : null;

    /// <summary>Deletes a finished instance, and its finished sub-orchestrations when asked; returns how many.</summary>
    public static int Purge(WriteSession session, string instanceId, bool recursive, ICollection<string> purged)
    {
        if (session.FindInstance(instanceId) is not { } existing || !IsFinished(existing.Status))
            return 0;
        var children = recursive ? session.ChildrenOf(instanceId) : [];
        session.DeleteInstance(instanceId, existing.Execution);
        purged.Add(instanceId);
        return 1 + children.Sum(child => Purge(session, child, recursive, purged));
    }

    private static bool IsFinished(OrchestrationRuntimeStatus status) =>
        status is OrchestrationRuntimeStatus.Completed or OrchestrationRuntimeStatus.Failed or OrchestrationRuntimeStatus.Terminated;
}
