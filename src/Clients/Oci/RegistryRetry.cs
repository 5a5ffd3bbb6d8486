using System.Security.Cryptography;
using Microsoft.Extensions.Logging;

namespace MultiAgentInfra.Clients.Oci;

/// <summary>Sends again what was interrupted, a few times, ever later.</summary>
internal sealed partial class RegistryRetry(TimeProvider time, ILogger logger)
{
    public const int Attempts = 5;

    // Who asks for more than this gets a failed step, which is retried much later.
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan FirstWait = TimeSpan.FromMilliseconds(200);

    /// <exception cref="ApiException">Every attempt was interrupted; the last one's cause.</exception>
    public async Task<T> RunAsync<T>(Func<Task<T>> operation, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await operation();
            }
            catch (RegistryInterruption interruption)
            {
                await WaitAsync(interruption, attempt, cancellationToken);
            }
        }
    }

    /// <summary>Waits as long as this attempt's failure asks for.</summary>
    /// <exception cref="ApiException">It was the last attempt, or the registry asks for too much.</exception>
    public async Task WaitAsync(RegistryInterruption interruption, int attempt, CancellationToken cancellationToken)
    {
        var wait = interruption.RetryAfter ?? FirstWait * Math.Pow(2, attempt - 1) * (1 + (RandomNumberGenerator.GetInt32(100) / 200.0));
        if (attempt >= Attempts || wait > LongestWait)
            throw interruption.Cause;
        Log.Interrupted(logger, interruption.Message, attempt, wait);
        await Task.Delay(wait, time, cancellationToken);
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Warning, Message = "{failure} Attempt {attempt} is repeated in {wait}.")]
        public static partial void Interrupted(ILogger logger, string failure, int attempt, TimeSpan wait);
    }
}
