namespace MultiAgentInfra.Clients;

/// <summary>A list of an outside system that many ask for at the same time. Each gets one whose request began after they asked, so that it shows
/// what they did before; one request is under way at a time, and whoever comes meanwhile shares the next one.</summary>
/// <param name="fetch">Has its own timeout.</param>
internal sealed class SharedList<T>(Func<CancellationToken, Task<IReadOnlyList<T>>> fetch)
{
    private readonly Lock _gate = new();
    private Task<IReadOnlyList<T>>? _running;
    private Task<IReadOnlyList<T>>? _waiting;

    public Task<IReadOnlyList<T>> GetAsync(CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            if (_waiting is null && _running is { IsCompleted: false } running)
                _waiting = Task.Run(() => FetchAfterAsync(running), CancellationToken.None);
            var shared = _waiting ?? (_running = Task.Run(() => fetch(CancellationToken.None), CancellationToken.None));
            return shared.WaitAsync(cancellationToken);
        }
    }

    private async Task<IReadOnlyList<T>> FetchAfterAsync(Task running)
    {
        await running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        lock (_gate)
            (_running, _waiting) = (_waiting, null);
        return await fetch(CancellationToken.None);
    }
}
