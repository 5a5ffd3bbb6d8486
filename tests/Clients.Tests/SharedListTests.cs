using System.Collections.Concurrent;
using MultiAgentInfra.TestSupport;

namespace MultiAgentInfra.Clients.Tests;

public sealed class SharedListTests
{
    private readonly FakeClock _clock = new();
    private readonly ConcurrentQueue<TaskCompletionSource<IReadOnlyList<int>>> _requests = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Whoever_comes_during_a_request_shares_the_next_one()
    {
        var list = Create();
        var first = list.GetAsync(since: null, Token);
        var request = await NextAsync(1);
        var late = Enumerable.Range(0, 20).Select(_ => list.GetAsync(since: null, Token)).ToList();
        request.SetResult([1]);
        (await NextAsync(2)).SetResult([2]);

        Assert.Equal([1], await first);
        Assert.All(await Task.WhenAll(late), seen => Assert.Equal([2], seen));
        Assert.Equal(2, _requests.Count);
    }

    [Fact]
    public async Task A_request_that_fails_fails_those_who_waited_for_it_and_no_other()
    {
        var list = Create();
        var first = list.GetAsync(since: null, Token);
        var request = await NextAsync(1);
        var second = list.GetAsync(since: null, Token);
        request.SetException(new InvalidOperationException("down"));
        (await NextAsync(2)).SetResult([2]);

        await Assert.ThrowsAsync<InvalidOperationException>(() => first);
        Assert.Equal([2], await second);
    }

    [Fact]
    public async Task Who_gives_up_leaves_the_request_to_the_others()
    {
        var list = Create();
        using var gone = new CancellationTokenSource();
        var first = list.GetAsync(since: null, gone.Token);
        var request = await NextAsync(1);
        await gone.CancelAsync();
        await Assert.ThrowsAsync<TaskCanceledException>(() => first);
        var second = list.GetAsync(since: null, Token);
        request.SetResult([1]);
        (await NextAsync(2)).SetResult([2]);

        Assert.Equal([2], await second);
    }

    [Fact]
    public async Task Those_of_one_sweep_share_one_request_however_late_they_ask()
    {
        var list = Create();
        var sweep = _clock.GetUtcNow();
        var first = list.GetAsync(sweep, Token);
        var request = await NextAsync(1);
        _clock.Advance(TimeSpan.FromMinutes(1));
        var during = list.GetAsync(sweep, Token);
        request.SetResult([1]);
        Assert.Equal([1], await first);
        Assert.Equal([1], await during);
        Assert.Equal([1], await list.GetAsync(sweep, Token));

        var next = list.GetAsync(_clock.GetUtcNow(), Token);
        (await NextAsync(2)).SetResult([2]);
        Assert.Equal([2], await next);
        Assert.Equal([2], await list.GetAsync(sweep, Token));
    }

    [Fact]
    public async Task A_request_that_failed_is_no_answer_for_a_sweep()
    {
        var list = Create();
        var sweep = _clock.GetUtcNow();
        var first = list.GetAsync(sweep, Token);
        (await NextAsync(1)).SetException(new InvalidOperationException("down"));
        await Assert.ThrowsAsync<InvalidOperationException>(() => first);
        var second = list.GetAsync(sweep, Token);
        (await NextAsync(2)).SetResult([2]);

        Assert.Equal([2], await second);
    }

    private SharedList<int> Create() => new(_ =>
    {
        var request = new TaskCompletionSource<IReadOnlyList<int>>(TaskCreationOptions.RunContinuationsAsynchronously);
        _requests.Enqueue(request);
        return request.Task;
    }, _clock);

    private async Task<TaskCompletionSource<IReadOnlyList<int>>> NextAsync(int number) =>
        await Wait.ForAsync($"request {number}", TimeSpan.FromSeconds(10), () => Task.FromResult(_requests.ElementAtOrDefault(number - 1)));
}
