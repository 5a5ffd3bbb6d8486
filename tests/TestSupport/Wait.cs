namespace MultiAgentInfra.TestSupport;

/// <summary>Waits for a condition with a deadline; there are no sleeps in tests.</summary>
public static class Wait
{
    private static readonly TimeSpan DefaultPause = TimeSpan.FromMilliseconds(50);

    /// <returns>The first value that is not null.</returns>
    /// <exception cref="TimeoutException">The condition was not met in time; the message says which.</exception>
    public static async Task<T> ForAsync<T>(string what, TimeSpan deadline, Func<Task<T?>> look, TimeSpan? pause = null)
        where T : class
    {
        var clock = TimeProvider.System;
        var start = clock.GetTimestamp();
        while (true)
        {
            if (await look() is { } value)
                return value;
            if (clock.GetElapsedTime(start) > deadline)
                throw new TimeoutException($"Waited {deadline.TotalSeconds:0} s for {what}.");
            await Task.Delay(pause ?? DefaultPause, clock);
        }
    }

    public static Task UntilAsync(string what, TimeSpan deadline, Func<Task<bool>> condition) =>
        ForAsync(what, deadline, async () => await condition() ? "met" : null);
}
