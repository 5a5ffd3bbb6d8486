using System.Net;
using Polly;
using Polly.Retry;
using Polly.Timeout;

namespace MultiAgentInfra.Clients.Blobs;

/// <summary>Sends again what may succeed the next time
/// (https://learn.microsoft.com/azure/storage/blobs/storage-retry-policy): five attempts, ever later, or when the server says.</summary>
internal static class BlobRetry
{
    public const int Attempts = 5;

    private static readonly TimeSpan OneAttempt = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(15);

    public static ResiliencePipeline<HttpResponseMessage> Create(TimeProvider time)
    {
        var retry = new RetryStrategyOptions<HttpResponseMessage>
        {
            MaxRetryAttempts = Attempts - 1,
            BackoffType = DelayBackoffType.Exponential,
            Delay = TimeSpan.FromMilliseconds(500),
            MaxDelay = LongestWait,
            UseJitter = true,
            ShouldHandle = new PredicateBuilder<HttpResponseMessage>()
                .Handle<HttpRequestException>()
                .Handle<TimeoutRejectedException>()
                .HandleResult(MayPass),
            DelayGenerator = arguments => ValueTask.FromResult(RetryAfter(arguments.Outcome.Result, time)),
            OnRetry = arguments =>
            {
                arguments.Outcome.Result?.Dispose();
                return ValueTask.CompletedTask;
            },
        };
        return new ResiliencePipelineBuilder<HttpResponseMessage> { TimeProvider = time }.AddRetry(retry).AddTimeout(OneAttempt).Build();
    }

    // Md5Mismatch: the body was damaged on its way.
    private static bool MayPass(HttpResponseMessage response) =>
        response.StatusCode is HttpStatusCode.RequestTimeout or HttpStatusCode.TooManyRequests or HttpStatusCode.InternalServerError
            or HttpStatusCode.BadGateway or HttpStatusCode.ServiceUnavailable or HttpStatusCode.GatewayTimeout
        || BlobError.CodeOf(response) == "Md5Mismatch";

    private static TimeSpan? RetryAfter(HttpResponseMessage? response, TimeProvider time)
    {
        var header = response?.Headers.RetryAfter;
        var wait = header?.Delta ?? header?.Date - time.GetUtcNow();
        return wait is null ? null : TimeSpan.FromSeconds(Math.Clamp(wait.Value.TotalSeconds, 0, LongestWait.TotalSeconds));
    }
}
