using System.Threading.Channels;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace MultiAgentInfra.EmbeddedRuntime.Engine;

/// <summary>Runs activities, each in its own scope, and hands their results to their instance, whose turn records them.</summary>
internal sealed partial class ActivityWorker(
    DurableTaskRegistry registry, IServiceProvider services, DurableEngineOptions options, InstanceMailboxes mailboxes, ILogger<ActivityWorker> logger)
{
    public async Task RunAsync(ChannelReader<PendingActivity> activities, InFlightSlot slot, CancellationToken stopping)
    {
        try
        {
            await foreach (var activity in activities.ReadAllAsync(stopping))
                await RunAsync(activity, slot);
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // What is still queued is in the database and runs at the next start.
        }
    }

    public async Task RunAsync(PendingActivity activity, InFlightSlot slot)
    {
        slot.Enter(activity.Row);
        var result = await RunOneAsync(activity);
        slot.Leave();
        if (result is null)
            return;
        var pending = await slot.DeliverableAsync(new PendingEvent(activity.InstanceId, activity.Execution, 0, activity.Row, result));
        slot.Finish();
        mailboxes.Deliver(pending);
    }

    /// <summary>Answers null for an activity that the stop interrupted: its row stays, and it runs again at the next start.</summary>
    private async Task<HistoryEvent?> RunOneAsync(PendingActivity activity)
    {
        try
        {
            if (registry.FindActivity(activity.Name, activity.Version) is not { } factory)
                return Failed(activity, MissingTasks.Activity(activity.Name, activity.Version));
            await using var scope = services.CreateAsyncScope();
            var task = factory(scope.ServiceProvider);
            var input = options.DataConverter.Deserialize(activity.Input, task.InputType);
            var output = await task.RunAsync(new CallContext(activity), input);
            return new HistoryEvent(EventKind.TaskCompleted, activity.TaskId, Payload: options.DataConverter.Serialize(output));
        }
        catch (OperationCanceledException) when (options.Stopping.IsCancellationRequested)
        {
            return null;
        }
        catch (Exception exception)
        {
            // Whatever an activity throws is its result.
            Log.Failed(logger, activity.Name, activity.InstanceId, exception);
            return Failed(activity, TaskFailureDetails.FromException(exception));
        }
    }

    private static HistoryEvent Failed(PendingActivity activity, TaskFailureDetails failure) =>
        new(EventKind.TaskFailed, activity.TaskId, Payload: FailureText.ToJson(failure));

    private sealed class CallContext(PendingActivity activity) : TaskActivityContext
    {
        public override TaskName Name => activity.Name;

        public override string InstanceId => activity.InstanceId;

        public override string Version => activity.Version;
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Information, "The activity {name} of {instanceId} failed")]
        public static partial void Failed(ILogger logger, string name, string instanceId, Exception exception);
    }
}
