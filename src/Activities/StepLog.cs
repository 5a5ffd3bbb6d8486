using Microsoft.Extensions.Logging;
using MultiAgentInfra.Clients.Sqlite;

namespace MultiAgentInfra.Activities;

/// <summary>The log of one attempt of a step. Lines reach the operation a few times a second, all that have come at once.</summary>
public sealed partial class StepLog : IAsyncDisposable
{
    private static readonly TimeSpan Latency = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan KeepTimeout = TimeSpan.FromSeconds(20);

    private readonly LogLines _lines;
    private readonly Func<IReadOnlyList<OutputLine>, Task> _append;
    private readonly Func<CancellationToken, Task> _keep;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly PeriodicTimer _timer;
    private readonly Task _pump;

    /// <param name="append">Adds lines to the operation's log.</param>
    /// <param name="keep">Makes an artifact of all that the step has written.</param>
    public StepLog(LogLines lines, Func<IReadOnlyList<OutputLine>, Task> append, Func<CancellationToken, Task> keep, TimeProvider time, ILogger logger)
    {
        (_lines, _append, _keep, _time, _logger) = (lines, append, keep, time, logger);
        _timer = new PeriodicTimer(Latency, time);
        _pump = PumpAsync();
    }

    /// <summary>Takes one line of output, from any thread; never waits.</summary>
    public void Write(string line) => _lines.Add(line);

    /// <summary>Nothing that goes wrong here fails the step: what the build came to counts for more than what it printed.</summary>
    public async ValueTask DisposeAsync()
    {
        _timer.Dispose();
        try
        {
            await _pump;
            await FlushAsync();
            using var timeout = new CancellationTokenSource(KeepTimeout, _time);
            await _keep(timeout.Token);
        }
        catch (Exception exception)
        {
            Log.NotKept(_logger, exception);
        }
    }

    private async Task PumpAsync()
    {
        while (await _timer.WaitForNextTickAsync())
            await FlushAsync();
    }

    private Task FlushAsync() => _lines.Take() is { Count: > 0 } taken ? _append(taken) : Task.CompletedTask;

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "The output of a build could not be kept")]
        public static partial void NotKept(ILogger logger, Exception exception);
    }
}
