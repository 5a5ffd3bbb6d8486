namespace MultiAgentInfra.Clients;

/// <summary>A list of an outside system that many ask for at the same time. Each gets one whose request began after they asked, so that it shows
/// what they did before; one request is under way at a time, and whoever comes meanwhile shares the next one.</summary>
/// <param name="fetch">Has its own timeout.</param>
internal sealed class SharedList<T>(Func<CancellationToken, Task<IReadOnlyList<T>>> fetch, TimeProvider time)
{
    private readonly Lock _gate = new();
    private Task<IReadOnlyList<T>>? _running;
    private Task<IReadOnlyList<T>>? _waiting;
    private DateTimeOffset _began;

    /// <param name="since">A list whose request began then, or later, will do too; null when it must begin now.</param>
    public Task<IReadOnlyList<T>> GetAsync(DateTimeOffset? since, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            if (_running is { IsFaulted: false, IsCanceled: false } recent && _began >= since)
                return recent.WaitAsync(cancellationToken);
            if (_waiting is null && _running is { IsCompleted: false } running)
                _waiting = Task.Run(() => FetchAfterAsync(running), CancellationToken.None);
            else if (_waiting is null)
                (_began, _running) = (time.GetUtcNow(), Task.Run(() => fetch(CancellationToken.None), CancellationToken.None));
            return (_waiting ?? _running!).WaitAsync(cancellationToken);
        }
    }

    private async Task<IReadOnlyList<T>> FetchAfterAsync(Task running)
    {
        await running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        lock (_gate)
            (_began, _running, _waiting) = (time.GetUtcNow(), _waiting, null);
        return await fetch(CancellationToken.None);
    }
}
