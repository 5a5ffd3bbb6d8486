namespace MultiAgentInfra.Clients.Tests.Processes;

internal static class TestDeadline
{
    /// <summary>Ends with the test, or after a time that only a hang needs.</summary>
    public static CancellationToken Token(int minutes = 2)
    {
        var deadline = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        deadline.CancelAfter(TimeSpan.FromMinutes(minutes));
        return deadline.Token;
    }
}

internal static class Eventually
{
    public static async Task<T> GetAsync<T>(Func<T?> look, CancellationToken deadline)
        where T : class
    {
        while (true)
        {
            if (look() is { } found)
                return found;
            await Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System, deadline);
        }
    }

    public static async Task IsTrueAsync(Func<bool> look, CancellationToken deadline) =>
        await GetAsync(() => look() ? "true" : null, deadline);
}
