using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using MultiAgentInfra.Clients.Sqlite;
using MultiAgentInfra.Core.Deployments;
using MultiAgentInfra.Core.Operations;

namespace MultiAgentInfra.Activities;

/// <summary>Runs one attempt of a step: writes its row, keeps its budget, and watches the operation's cancel flag. When the host stops,
/// the step is interrupted and left as running, because it runs again at the next start.</summary>
public sealed partial class StepRecorder(OperationStore operations, IHostApplicationLifetime lifetime, TimeProvider time, ILogger<StepRecorder> logger)
{
    private static readonly TimeSpan CancelWatch = TimeSpan.FromSeconds(1);

    public async Task<TOutput> RunAsync<TOutput>(
        Guid operationId, string step, Func<CancellationToken, Task<StepResult<TOutput>>> run)
    {
        var budget = StepBudgets.Of(step);
        var start = time.GetTimestamp();
        await operations.BeginStepAsync(operationId, step, time.GetUtcNow() + budget, CancellationToken.None);
        try
        {
            var result = await RunWithinAsync(operationId, step, budget, run);
            if (result.Finished)
            {
                await operations.SucceedStepAsync(operationId, step, result.Detail, CancellationToken.None);
                Log.Finished(logger, operationId, step, time.GetElapsedTime(start).TotalSeconds, result.Detail);
            }
            else
            {
                await operations.UpdateStepAsync(operationId, step, result.Detail, CancellationToken.None);
            }

            return result.Output;
        }
        catch (OperationCanceledException) when (lifetime.ApplicationStopping.IsCancellationRequested)
        {
            throw;
        }
        catch (Exception exception)
        {
            await operations.FailStepAsync(operationId, step, exception.Message, CancellationToken.None);
            Log.Failed(logger, operationId, step, time.GetElapsedTime(start).TotalSeconds, exception.Message);
            throw;
        }
    }

    private async Task<StepResult<TOutput>> RunWithinAsync<TOutput>(
        Guid operationId, string step, TimeSpan budget, Func<CancellationToken, Task<StepResult<TOutput>>> run)
    {
        var cancellable = !StepBudgets.RunsThroughCancel(step);
        if (cancellable && await operations.IsToStopAsync(operationId, CancellationToken.None))
            throw new OperationCanceledByRequestException(operationId);

        using var timeout = new CancellationTokenSource(budget, time);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, lifetime.ApplicationStopping);
        using var finished = new CancellationTokenSource();
        var watch = cancellable ? WatchAsync(operationId, stop, finished.Token) : Task.FromResult(false);
        try
        {
            return await run(stop.Token);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            await finished.CancelAsync();
            if (await watch)
                throw new OperationCanceledByRequestException(operationId);
            if (!timeout.IsCancellationRequested)
                throw;
            throw new TimeoutException($"The step '{step}' took longer than its {budget.TotalSeconds:0} s.");
        }
        finally
        {
            await finished.CancelAsync();
            await watch;
        }
    }

    /// <summary>Answers whether the operation was cancelled while the step ran.</summary>
    private async Task<bool> WatchAsync(Guid operationId, CancellationTokenSource stop, CancellationToken finished)
    {
        while (!finished.IsCancellationRequested)
        {
            await Task.Delay(CancelWatch, time, finished).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (finished.IsCancellationRequested || !await operations.IsToStopAsync(operationId, CancellationToken.None))
                continue;
            await stop.CancelAsync();
            return true;
        }

        return false;
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Information, "{operationId} {step} took {seconds:0.00} s: {detail}")]
        public static partial void Finished(ILogger logger, Guid operationId, string step, double seconds, string detail);

        [LoggerMessage(2, LogLevel.Warning, "{operationId} {step} failed after {seconds:0.00} s: {reason}")]
        public static partial void Failed(ILogger logger, Guid operationId, string step, double seconds, string reason);
    }
}
