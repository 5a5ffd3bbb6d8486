namespace MultiAgentInfra.EmbeddedRuntime.Engine;

/// <summary>What the orchestrator has asked for, numbered; a replay checks each request against the history.</summary>
internal sealed class ActionLog
{
    private readonly Queue<OrchestratorAction> _unconfirmed = new();
    private readonly List<int> _cancelledTimers = [];
    private int _nextId;

    public int NextId() => _nextId++;

    public void Add(OrchestratorAction action) => _unconfirmed.Enqueue(action);

    public void CancelTimer(int id) => _cancelledTimers.Add(id);

    public void Clear() => _unconfirmed.Clear();

    public void Confirm(HistoryEvent recorded, TaskName orchestrator)
    {
        if (!_unconfirmed.TryDequeue(out var asked))
            throw NonDeterministicOrchestrationException.For(orchestrator, recorded.ToString(), "no further step");
        if (!asked.Matches(recorded))
            throw NonDeterministicOrchestrationException.For(orchestrator, recorded.ToString(), asked.ToHistory().ToString());
    }

    public void RequireAllConfirmed(TaskName orchestrator)
    {
        if (_unconfirmed.TryPeek(out var extra))
            throw NonDeterministicOrchestrationException.For(orchestrator, "no further step in that turn", extra.ToHistory().ToString());

        // What an earlier turn cancelled has been deleted with that turn's commit.
        _cancelledTimers.Clear();
    }

    public IReadOnlyList<OrchestratorAction> TakeAll()
    {
        OrchestratorAction[] actions = [.. _unconfirmed];
        _unconfirmed.Clear();
        return actions;
    }

    public IReadOnlyList<int> TakeCancelledTimers()
    {
        int[] timers = [.. _cancelledTimers];
        _cancelledTimers.Clear();
        return timers;
    }
}
