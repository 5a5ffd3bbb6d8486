namespace MultiAgentInfra.EmbeddedRuntime.Engine;

/// <summary>Runs suspects one at a time before anything else runs, so that a process that dies has one cause; bounded in time.</summary>
internal sealed class SuspectTrials(
    Suspects suspects, InFlightMarks marks, ActivityWorker activities, OrchestrationWorker turns, DurableEngineOptions options)
{
    private readonly InFlightSlot _activitySlot = marks.Slot(WorkKind.Activity, options.MaxConcurrentActivities, suspects, isTrial: true);
    private readonly InFlightSlot _turnSlot = marks.Slot(WorkKind.Turn, options.MaxConcurrentTurns, suspects, isTrial: true);

    /// <summary>The last trial; it goes on beside the workers when it has outlived its time.</summary>
    public Task Current { get; private set; } = Task.CompletedTask;

    /// <summary>Ends with the last suspect, after the time for all of them, or at a stop.</summary>
    public async Task RunAsync(WaitingActivities waiting, Action<Exception> onFatal, CancellationToken stopping)
    {
        Suspect[] tried = [.. suspects.Rows.Where(suspect => !suspect.IsPoison)];
        if (tried.Length == 0)
            return;
        using var time = new CancellationTokenSource(options.SuspectTime, options.TimeProvider);
        using var over = CancellationTokenSource.CreateLinkedTokenSource(stopping, time.Token);
        var isOver = over.Token;
        var ended = Task.Delay(Timeout.InfiniteTimeSpan, options.TimeProvider, isOver);
        foreach (var suspect in tried)
        {
            if (isOver.IsCancellationRequested)
                return;
            marks.IsAlone = true;
            Current = Task.Run(() => TryAsync(suspect, waiting, onFatal, isOver), CancellationToken.None);
            await Task.WhenAny(Current, ended);
            marks.IsAlone = false;
            if (!isOver.IsCancellationRequested)
                continue;
            if (!stopping.IsCancellationRequested && !Current.IsCompleted)
                await suspects.PassAsync(suspect.Work);
            return;
        }
    }

    private async Task TryAsync(Suspect suspect, WaitingActivities waiting, Action<Exception> onFatal, CancellationToken isOver)
    {
        try
        {
            if (suspect.Work.Kind == WorkKind.Activity)
                await TryActivityAsync(suspect.Work.Id, waiting);
            else
                await TryTurnAsync(suspect, waiting, isOver);
        }
        catch (Exception exception)
        {
            // What cannot be read or committed must not be dropped quietly, as in any turn.
            onFatal(exception);
        }
    }

    private async Task TryActivityAsync(long row, WaitingActivities waiting)
    {
        if (waiting.Take(row) is { } activity)
            await activities.RunAsync(activity, _activitySlot);
    }

    private async Task TryTurnAsync(Suspect suspect, WaitingActivities waiting, CancellationToken isOver)
    {
        await turns.RunTurnOfAsync(suspect.InstanceId!, _turnSlot);

        // The deadly turn may have had the result of an activity that was not yet recorded: it comes again.
        foreach (var row in waiting.Of(suspect.Work.Id).TakeWhile(_ => !isOver.IsCancellationRequested))
            await TryActivityAsync(row, waiting);
        if (isOver.IsCancellationRequested || options.Stopping.IsCancellationRequested)
            return;
        await turns.RunTurnOfAsync(suspect.InstanceId!, _turnSlot);
        suspects.Forget(suspect.Work);
    }
}
