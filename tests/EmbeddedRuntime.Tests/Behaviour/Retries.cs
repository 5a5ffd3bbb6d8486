namespace MultiAgentInfra.EmbeddedRuntime.Tests.Behaviour;

public abstract class Retries(StartHost start) : BehaviourSuite(start)
{
    private static readonly TimeSpan First = TimeSpan.FromMilliseconds(200);

    [Theory]
    [InlineData(1.0, null, new[] { 200, 200, 200 })]
    [InlineData(2.0, null, new[] { 200, 400, 800 })]
    [InlineData(10.0, 500, new[] { 200, 500, 500 })]
    [InlineData(2.0, 200, new[] { 200, 200, 200 })]
    [Encodes(Sources.CoreRetries, "BackoffCoefficient")]
    public async Task The_waits_between_attempts_grow_by_the_coefficient_up_to_the_maximum_and_have_no_jitter(double backoff, int? longest, int[] waits)
    {
        var calls = 0;
        var policy = new RetryPolicy(4, First, backoff, longest is { } most ? TimeSpan.FromMilliseconds(most) : null);
        await using var host = await StartAsync(policy, () => ++calls < 4 ? throw new IOException("not yet") : calls);
        var id = await host.BeginAsync();
        foreach (var wait in waits)
            await host.LetTimePassAsync(TimeSpan.FromMilliseconds(wait));
        var result = (await host.FinishAsync(id)).ReadOutputAs<Outcome>()!;
        Assert.Equal(4, result.Value);
        Assert.True(result.Took >= TimeSpan.FromMilliseconds(waits.Sum()), $"{result.Took}");
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [Encodes(Sources.Errors, "RetryActivityFailures")]
    public async Task The_number_of_attempts_counts_the_first(int attempts)
    {
        var calls = 0;
        await using var host = await StartAsync(new RetryPolicy(attempts, First), () => throw new IOException($"attempt {++calls}"));
        var id = await host.BeginAsync();
        for (var retry = 1; retry < attempts; retry++)
            await host.LetTimePassAsync(First);
        Assert.Equal($"attempt {attempts}", (await host.FinishAsync(id)).FailureDetails!.InnerFailure!.ErrorMessage);
    }

    [Fact]
    [Encodes(Sources.Policy, "HandleFailure")]
    public async Task HandleFailure_stops_the_retries()
    {
        var calls = 0;
        var policy = new RetryPolicy(5, First) { HandleFailure = failure => !failure.IsCausedBy<ArgumentException>() };
        await using var host = await StartAsync(policy, () => ++calls == 1 ? throw new IOException("again") : throw new ArgumentOutOfRangeException("stop"));
        var id = await host.BeginAsync();
        await host.LetTimePassAsync(First);
        Assert.True((await host.FinishAsync(id)).FailureDetails!.InnerFailure!.IsCausedBy<ArgumentException>());
        Assert.Equal(2, calls);
    }

    [Fact]
    [Encodes(Sources.Policy, "ToTaskFailureDetails")]
    public async Task HandleFailure_sees_the_inner_failures_of_the_activity()
    {
        var seen = new List<string>();
        var policy = new RetryPolicy(2, First)
        {
            HandleFailure = failure =>
            {
                seen.Add($"{failure.ErrorType} {failure.ErrorMessage} {failure.InnerFailure?.ErrorMessage}");
                return false;
            },
        };
        await using var host = await StartAsync(policy, () => throw new IOException("outer", new TimeoutException("inner")));
        await host.RunAsync("Run");
        Assert.Equal("System.IO.IOException outer inner", Assert.Single(seen.Distinct()));
    }

    [Fact]
    [Encodes(Sources.CoreRetries, "ComputeNextDelayException")]
    public async Task A_HandleFailure_that_throws_hides_nothing_and_ends_the_retries()
    {
        var calls = 0;
        var policy = new RetryPolicy(5, First) { HandleFailure = _ => throw new InvalidOperationException("in the handler") };
        await using var host = await StartAsync(policy, () => throw new IOException($"attempt {++calls}"));
        Assert.Equal("attempt 1", (await host.RunAsync("Run")).FailureDetails!.InnerFailure!.ErrorMessage);
    }

    [Fact]
    [Encodes(Sources.CoreRetries, "retryExpiration")]
    public async Task The_retry_timeout_ends_the_attempts()
    {
        var calls = 0;
        var policy = new RetryPolicy(100, First, retryTimeout: TimeSpan.FromMilliseconds(300));
        await using var host = await StartAsync(policy, () => throw new IOException($"attempt {++calls}"));
        var id = await host.BeginAsync();
        await host.LetTimePassAsync(First);
        await host.LetTimePassAsync(First);
        Assert.Equal("attempt 3", (await host.FinishAsync(id)).FailureDetails!.InnerFailure!.ErrorMessage);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    [Encodes(Sources.Errors, "TaskNotFoundErrorsAreNotRetried")]
    public async Task A_task_that_nobody_has_registered_is_not_tried_again(bool activity)
    {
        var asked = 0;
        var policy = new RetryPolicy(5, First)
        {
            HandleFailure = _ =>
            {
                asked++;
                return true;
            },
        };
        await using var host = await StartAsync(tasks => tasks.AddOrchestratorFunc("Run", context => activity
            ? context.CallActivityAsync("Nobody", options: TaskOptions.FromRetryPolicy(policy))
            : context.CallSubOrchestratorAsync("Nobody", options: TaskOptions.FromRetryPolicy(policy))));
        Assert.EndsWith("TaskNotFound", (await host.RunAsync("Run")).FailureDetails!.InnerFailure!.ErrorType, StringComparison.Ordinal);
        Assert.Equal(0, asked);
    }

    [Fact]
    [Encodes(Sources.Errors, "RetrySubOrchestrationFailures")]
    public async Task A_failing_sub_orchestration_is_tried_again_under_its_id()
    {
        var calls = 0;
        var ids = new List<string>();
        await using var host = await StartAsync(tasks => tasks
            .AddOrchestratorFunc<int>("Run", context => context.CallSubOrchestratorAsync<int>(
                "Child", options: TaskOptions.FromRetryPolicy(new RetryPolicy(3, First)).WithInstanceId("child")))
            .AddOrchestratorFunc<int>("Child", context => context.CallActivityAsync<int>("Try"))
            .AddActivityFunc<int>("Try", context =>
            {
                ids.Add(context.InstanceId);
                return ++calls < 3 ? throw new IOException("not yet") : calls;
            }));
        var id = await host.BeginAsync();
        await host.LetTimePassAsync(First);
        await host.LetTimePassAsync(First);
        Assert.Equal(3, (await host.FinishAsync(id)).ReadOutputAs<int>());
        Assert.Equal(["child", "child", "child"], ids);
    }

    [Fact]
    [Encodes(Sources.Context, "CreateSubOrchestrationInstanceWithRetry")]
    public async Task A_generated_id_is_the_same_for_every_attempt()
    {
        var ids = new List<string>();
        await using var host = await StartAsync(tasks => tasks
            .AddOrchestratorFunc("Run", context => context.CallSubOrchestratorAsync("Child", options: TaskOptions.FromRetryPolicy(new RetryPolicy(2, First))))
            .AddOrchestratorFunc("Child", context => context.CallActivityAsync("Fail"))
            .AddActivityFunc("Fail", context =>
            {
                ids.Add(context.InstanceId);
                throw new IOException("broken");
            }));
        var id = await host.BeginAsync();
        await host.LetTimePassAsync(First);
        await host.FinishAsync(id);
        Assert.Equal(2, ids.Count);
        Assert.Single(ids.Distinct());
    }

    [Fact]
    [Encodes(Sources.CoreRetries, "Invoke")]
    public async Task Retries_of_two_calls_go_on_side_by_side()
    {
        var calls = 0;
        var failed = new System.Collections.Concurrent.ConcurrentDictionary<string, bool>();
        var policy = new RetryPolicy(2, First) { HandleFailure = failure => failed.TryAdd(failure.ErrorMessage, true) || true };
        await using var host = await StartAsync(tasks => tasks
            .AddOrchestratorFunc<int[]>("Run", async context =>
            {
                var options = TaskOptions.FromRetryPolicy(policy);
                return await Task.WhenAll(context.CallActivityAsync<int>("Try", 1, options), context.CallActivityAsync<int>("Try", 2, options));
            })
            .AddActivityFunc<int, int>("Try", (_, input) => Interlocked.Increment(ref calls) <= 2 ? throw new IOException($"{input}") : input));
        var id = await host.BeginAsync();
        await DurableHost.EventuallyAsync(() => Task.FromResult(failed.Count == 2));
        await host.LetTimePassAsync(First);
        var results = (await host.FinishAsync(id)).ReadOutputAs<int[]>()!;
        Assert.Equal([1, 2], results);
    }

    [Fact]
    [Encodes(Sources.CoreRetries, "nextDelayInMilliseconds")]
    [OfficialHostDiffers("Its due time overflows, and the call throws an ArgumentOutOfRangeException instead of the activity's failure or a further attempt.")]
    public async Task A_wait_that_is_longer_than_all_time_is_waited_for_and_is_no_busy_loop()
    {
        var calls = 0;
        var policy = new RetryPolicy(10, First, 1e30, maxRetryInterval: Timeout.InfiniteTimeSpan);
        await using var host = await StartAsync(policy, () => throw new IOException($"attempt {++calls}"));
        var id = await host.BeginAsync();
        await host.LetTimePassAsync(First);
        await host.LetTimePassAsync(TimeSpan.FromDays(400), nextTimer: TimeSpan.FromDays(1));
        await host.Client.TerminateInstanceAsync(id);
        Assert.Equal(OrchestrationRuntimeStatus.Terminated, (await host.FinishAsync(id)).RuntimeStatus);
        Assert.Equal(2, calls);
    }

    [Fact]
    [Encodes(Sources.CoreRetries, "CreateTimer")]
    public async Task A_wait_between_attempts_outlives_a_restart()
    {
        var calls = 0;
        await using var host = await StartAsync(new RetryPolicy(2, TimeSpan.FromHours(1)), () => ++calls == 1 ? throw new IOException("once") : calls);
        var id = await host.BeginAsync();
        await host.LetTimePassAsync(TimeSpan.FromMinutes(1), nextTimer: TimeSpan.FromHours(1));
        await host.RestartAsync();
        await host.LetTimePassAsync(TimeSpan.FromMinutes(59));
        Assert.Equal(2, (await host.FinishAsync(id)).ReadOutputAs<Outcome>()!.Value);
    }

    [Theory]
    [InlineData(0, 1, 1, null, null)]
    [InlineData(1, 0, 1, null, null)]
    [InlineData(1, 1, 0.5, null, null)]
    [InlineData(1, 2, 1, 1, null)]
    [InlineData(1, 2, 1, null, 1)]
    [Encodes(Sources.Policy, "ArgumentOutOfRangeException")]
    public void A_policy_refuses_impossible_numbers(int attempts, int seconds, double backoff, int? longest, int? timeout) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new RetryPolicy(attempts, TimeSpan.FromSeconds(seconds), backoff, Seconds(longest), Seconds(timeout)));

    private static TimeSpan? Seconds(int? seconds) => seconds is { } some ? TimeSpan.FromSeconds(some) : null;

    private Task<DurableHost> StartAsync(RetryPolicy policy, Func<int> activity) => StartAsync(tasks => tasks
        .AddOrchestratorFunc<Outcome>("Run", async context =>
        {
            var begin = context.CurrentUtcDateTime;
            var value = await context.CallActivityAsync<int>("Try", options: TaskOptions.FromRetryPolicy(policy));
            return new Outcome(value, context.CurrentUtcDateTime - begin);
        })
        .AddActivityFunc("Try", _ => activity()));

    internal sealed record Outcome(int Value, TimeSpan Took);
}
