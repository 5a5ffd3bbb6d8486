using Microsoft.Extensions.Logging;

namespace MultiAgentInfra.EmbeddedRuntime.Engine;

/// <summary>Fails the work that has ended the process too often, instead of running it once more.</summary>
internal sealed partial class Quarantine(SqliteOrchestrationStore store, EffectsDispatcher dispatcher, Suspects suspects, TimeProvider timeProvider, ILogger logger)
{
    public async Task RunAsync(WaitingActivities waiting)
    {
        foreach (var suspect in suspects.Rows.Where(suspect => suspect.IsPoison))
        {
            if (suspect.Work.Kind == WorkKind.Turn)
                await FailInstanceAsync(suspect);
            else if (waiting.Take(suspect.Work.Id) is { } activity)
                await FailActivityAsync(suspect, activity);
            suspects.Forget(suspect.Work);
        }
    }

    private async Task FailActivityAsync(Suspect suspect, PendingActivity activity)
    {
        var failure = PoisonedWorkException.For($"The activity '{activity.Name}' of {activity.InstanceId}", suspect);
        var failed = new HistoryEvent(EventKind.TaskFailed, activity.TaskId, Payload: FailureText.ToJson(failure));
        dispatcher.Dispatch(await store.Writer.WriteAsync(session =>
        {
            var effects = new TurnEffects();
            if (session.DeleteTask(activity.Row))
                effects.Deliveries.Add(session.InsertInbox(activity.InstanceId, activity.Execution, failed));
            return effects;
        }));
        Log.Quarantined(logger, failure.ErrorMessage);
    }

    private async Task FailInstanceAsync(Suspect suspect)
    {
        var instance = store.Read(reader => reader.Instance(suspect.InstanceId!));
        if (instance is not { IsFinished: false } || instance.Execution != suspect.Work.Id)
            return;
        var failure = PoisonedWorkException.For($"The orchestrator '{instance.Name}' of {instance.InstanceId}", suspect);
        var result = new TurnResult(new Completion(OrchestrationRuntimeStatus.Failed, Failure: failure), false, [], [], null, []);
        var history = store.Read(reader => reader.History(instance.Execution));
        HistoryEvent[] events = [new(EventKind.TurnStarted, Time: timeProvider.GetUtcNow().UtcDateTime)];
        try
        {
            dispatcher.Dispatch(await store.Writer.WriteAsync(session => new TurnCommit(instance, [], events, history.Count, result).Apply(session)));
            Log.Quarantined(logger, failure.ErrorMessage);
        }
        catch (StaleTurnException)
        {
            // A client has purged or restarted it meanwhile.
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Error, "{failure}")]
        public static partial void Quarantined(ILogger logger, string failure);
    }
}
