namespace MultiAgentInfra.EmbeddedRuntime.Tests.Durable;

public abstract class RetryCases(int cached)
{
    [Fact]
    public async Task A_failing_activity_is_tried_again_with_backoff()
    {
        var calls = 0;
        await using var engine = await StartAsync(
            new RetryPolicy(4, TimeSpan.FromSeconds(10), backoffCoefficient: 2), _ => ++calls < 4 ? throw new IOException("not yet") : calls);
        var id = await engine.Client.ScheduleNewOrchestrationInstanceAsync("Run");
        foreach (var seconds in new[] { 10, 20, 40 })
            await engine.AdvanceAsync(TimeSpan.FromSeconds(seconds));
        Assert.Equal(4, (await engine.FinishAsync(id)).ReadOutputAs<int>());
    }

    [Fact]
    public async Task The_interval_stops_growing_at_the_maximum()
    {
        var calls = 0;
        await using var engine = await StartAsync(
            new RetryPolicy(4, TimeSpan.FromSeconds(10), 10, maxRetryInterval: TimeSpan.FromSeconds(30)), _ => ++calls < 4 ? throw new IOException("not yet") : calls);
        var id = await engine.Client.ScheduleNewOrchestrationInstanceAsync("Run");
        foreach (var seconds in new[] { 10, 30, 30 })
            await engine.AdvanceAsync(TimeSpan.FromSeconds(seconds));
        Assert.Equal(4, (await engine.FinishAsync(id)).ReadOutputAs<int>());
    }

    [Fact]
    public async Task The_last_attempt_throws_its_failure_without_a_further_wait()
    {
        var calls = 0;
        await using var engine = await StartAsync(new RetryPolicy(2, TimeSpan.FromSeconds(1)), _ => throw new IOException($"attempt {++calls}"));
        var id = await engine.Client.ScheduleNewOrchestrationInstanceAsync("Run");
        await engine.AdvanceAsync(TimeSpan.FromSeconds(1));
        Assert.Equal("attempt 2", (await engine.FinishAsync(id)).FailureDetails!.InnerFailure!.ErrorMessage);
    }

    [Fact]
    public async Task HandleFailure_stops_the_retries()
    {
        var calls = 0;
        var policy = new RetryPolicy(5, TimeSpan.FromSeconds(1)) { HandleFailure = failure => !failure.IsCausedBy<ArgumentException>() };
        await using var engine = await StartAsync(policy, _ => ++calls == 1 ? throw new IOException("again") : throw new ArgumentOutOfRangeException("stop"));
        var id = await engine.Client.ScheduleNewOrchestrationInstanceAsync("Run");
        await engine.AdvanceAsync(TimeSpan.FromSeconds(1));
        Assert.True((await engine.FinishAsync(id)).FailureDetails!.InnerFailure!.IsCausedBy<ArgumentException>());
        Assert.Equal(2, calls);
    }

    [Fact]
    public async Task The_retry_timeout_ends_the_attempts()
    {
        var calls = 0;
        await using var engine = await StartAsync(
            new RetryPolicy(100, TimeSpan.FromSeconds(10), retryTimeout: TimeSpan.FromSeconds(15)), _ => throw new IOException($"attempt {++calls}"));
        var id = await engine.Client.ScheduleNewOrchestrationInstanceAsync("Run");
        await engine.AdvanceAsync(TimeSpan.FromSeconds(10));
        await engine.AdvanceAsync(TimeSpan.FromSeconds(10));
        Assert.Equal("attempt 3", (await engine.FinishAsync(id)).FailureDetails!.InnerFailure!.ErrorMessage);
    }

    [Fact]
    public async Task A_retry_wait_survives_a_crash()
    {
        var calls = 0;
        await using var engine = await StartAsync(new RetryPolicy(2, TimeSpan.FromHours(1)), _ => ++calls == 1 ? throw new IOException("once") : calls);
        var id = await engine.Client.ScheduleNewOrchestrationInstanceAsync("Run");
        await TestEngine.EventuallyAsync(() => Task.FromResult(engine.Clock.NextTimer is not null));
        await engine.CrashAndRestartAsync();
        await engine.AdvanceAsync(TimeSpan.FromHours(1));
        Assert.Equal(2, (await engine.FinishAsync(id)).ReadOutputAs<int>());
    }

    [Fact]
    public async Task A_failing_sub_orchestration_is_tried_again()
    {
        var calls = 0;
        await using var engine = await TestEngine.StartAsync(cached, tasks => tasks
            .AddOrchestratorFunc<int>("Run", context => context.CallSubOrchestratorAsync<int>("Child", options: TaskOptions.FromRetryPolicy(new RetryPolicy(3, TimeSpan.FromSeconds(5))).WithInstanceId("child")))
            .AddOrchestratorFunc<int>("Child", context => context.CallActivityAsync<int>("Try"))
            .AddActivityFunc<int>("Try", _ => ++calls < 3 ? throw new IOException("not yet") : calls));
        var id = await engine.Client.ScheduleNewOrchestrationInstanceAsync("Run");
        await engine.AdvanceAsync(TimeSpan.FromSeconds(5));
        await engine.AdvanceAsync(TimeSpan.FromSeconds(5));
        Assert.Equal(3, (await engine.FinishAsync(id)).ReadOutputAs<int>());
    }

    [Theory]
    [InlineData(0, 1, 1)]
    [InlineData(1, 0, 1)]
    [InlineData(1, 1, 0.5)]
    public void A_policy_refuses_impossible_numbers(int attempts, int seconds, double backoff) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new RetryPolicy(attempts, TimeSpan.FromSeconds(seconds), backoff));

    private Task<TestEngine> StartAsync(RetryPolicy policy, Func<TaskActivityContext, int> activity) => TestEngine.StartAsync(cached, tasks => tasks
        .AddOrchestratorFunc<int>("Run", context => context.CallActivityAsync<int>("Try", options: TaskOptions.FromRetryPolicy(policy)))
        .AddActivityFunc("Try", activity));
}

public sealed class RetriesWithCache() : RetryCases(256);

public sealed class RetriesWithReplay() : RetryCases(0);
