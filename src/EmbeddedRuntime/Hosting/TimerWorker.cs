using System.Collections.ObjectModel;
using System.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace MultiAgentInfra.EmbeddedRuntime.Hosting;

/// <summary>Runs one timer function on its schedule, one run at a time; after a run that fails comes the next tick.</summary>
internal sealed partial class TimerWorker(
    TimerFunction timer, FunctionPipeline pipeline, IServiceScopeFactory scopes, TimeProvider time, ILogger<TimerWorker> logger) : BackgroundService
{
    // A timer's due time is limited to 49 days.
    private static readonly TimeSpan LongestDelay = TimeSpan.FromDays(1);

    private DateTime Now => time.GetUtcNow().UtcDateTime;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var last = default(DateTime);
        if (timer.Trigger.RunOnStartup)
        {
            await RunAsync(last, isPastDue: false, stoppingToken);
            last = Now;
        }

        var tick = timer.Schedule.NextOccurrence(Now);
        var isPastDue = false;
        while (!stoppingToken.IsCancellationRequested)
        {
            await WaitUntilAsync(tick, stoppingToken);
            if (stoppingToken.IsCancellationRequested)
                return;
            await RunAsync(last, isPastDue, stoppingToken);
            last = tick;
            tick = timer.Schedule.NextOccurrence(tick);
            // The ticks missed during a long run are made up for by one run.
            isPastDue = tick <= Now;
            if (isPastDue)
                tick = Now;
        }
    }

    private async Task WaitUntilAsync(DateTime tick, CancellationToken cancellationToken)
    {
        // Not by an exception: the host would log it as a failure of this timer when it stops because another part could not start.
        for (var wait = tick - Now; wait > TimeSpan.Zero && !cancellationToken.IsCancellationRequested; wait = tick - Now)
            await Task.Delay(wait < LongestDelay ? wait : LongestDelay, time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private async Task RunAsync(DateTime last, bool isPastDue, CancellationToken cancellationToken)
    {
        var now = Now;
        var status = new ScheduleStatus { Last = last, Next = timer.Schedule.NextOccurrence(now), LastUpdated = now };
        var info = new TimerInfo { IsPastDue = isPastDue, ScheduleStatus = timer.Trigger.UseMonitor ? status : null };
        using var activity = new Activity(timer.Function.Name).Start();
        try
        {
            await using var scope = scopes.CreateAsyncScope();
            await pipeline.RunAsync(new InvocationContext(
                timer.Function, scope.ServiceProvider, info, ReadOnlyDictionary<string, object?>.Empty, cancellationToken));
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The host stops.
        }
        catch (Exception exception)
        {
            Log.Failed(logger, timer.Function.Name, status.Next, exception);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Error, "The timer function {function} failed; its next tick is at {next}")]
        public static partial void Failed(ILogger logger, string function, DateTime next, Exception exception);
    }
}
