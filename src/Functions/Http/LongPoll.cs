using Microsoft.AspNetCore.Http;

namespace MultiAgentInfra.Functions.Http;

/// <summary>Looks again and again, for the seconds of the query parameter <c>wait</c>, until there is something to say.</summary>
internal static class LongPoll
{
    private const int LongestWaitSeconds = 60;
    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(250);

    /// <param name="news">Ends when another look may show more than the last; null for every quarter of a second.</param>
    /// <exception cref="ProblemException">The parameter is invalid.</exception>
    public static async Task<T> LookAsync<T>(
        HttpRequest request, FunctionContext context, TimeProvider time, Func<Task<T>> look, Func<T, bool> enough, Func<CancellationToken, Task>? news = null)
    {
        var until = time.GetUtcNow() + TimeSpan.FromSeconds(request.Whole("wait", 0, LongestWaitSeconds, 0));
        using var either = CancellationTokenSource.CreateLinkedTokenSource(request.HttpContext.RequestAborted, context.CancellationToken);
        while (true)
        {
            var seen = await look();
            var left = until - time.GetUtcNow();
            if (enough(seen) || left <= TimeSpan.Zero || either.IsCancellationRequested)
                return seen;

            // A host that stops answers its waiting callers with what is known.
            using var pause = new CancellationTokenSource(left, time);
            using var end = CancellationTokenSource.CreateLinkedTokenSource(pause.Token, either.Token);
            await Task.WhenAll(news?.Invoke(end.Token) ?? Task.CompletedTask, Task.Delay(LookEvery, time, end.Token)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }
}
