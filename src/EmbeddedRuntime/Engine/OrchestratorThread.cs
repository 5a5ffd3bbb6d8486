namespace MultiAgentInfra.EmbeddedRuntime.Engine;

/// <summary>The one logical thread of an orchestrator: what is posted during a turn runs in that turn, in order.</summary>
internal sealed class OrchestratorThread : SynchronizationContext
{
    private readonly Queue<(SendOrPostCallback Callback, object? State)> _posted = new();
    private int _threadId;
    private volatile bool _isForeign;

    /// <summary>Whether something came back from outside the orchestrator's thread.</summary>
    public bool IsForeign => _isForeign;

    /// <summary>Called when that happens between turns.</summary>
    public Action? OnForeignPost { get; set; }

    public bool IsCurrent => _threadId == Environment.CurrentManagedThreadId;

    public void MarkForeign()
    {
        _isForeign = true;
        if (_threadId == 0)
            OnForeignPost?.Invoke();
    }

    public override void Post(SendOrPostCallback d, object? state)
    {
        if (IsCurrent)
            _posted.Enqueue((d, state));
        else
            MarkForeign();
    }

    public override void Send(SendOrPostCallback d, object? state) => throw new NotSupportedException("An orchestrator's thread takes no synchronous calls.");

    /// <summary>Runs a step and all that it sets off.</summary>
    public void Run(Action step)
    {
        var previous = Current;
        SetSynchronizationContext(this);
        _threadId = Environment.CurrentManagedThreadId;
        try
        {
            step();
            while (_posted.TryDequeue(out var next))
                next.Callback(next.State);
        }
        finally
        {
            _threadId = 0;
            SetSynchronizationContext(previous);
        }
    }
}
