using MultiAgentInfra.Core.Deployments;
using MultiAgentInfra.Core.Operations;
using MultiAgentInfra.TestSupport;

namespace MultiAgentInfra.Activities.Tests;

public sealed class StepRecorderTests
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(20);
    private readonly FakeClock _clock = new();

    [Fact]
    public async Task A_finished_step_shows_its_detail_and_its_end()
    {
        using var store = await ActivityStore.CreateAsync(_clock);

        Assert.Equal(7, await store.Recorder.RunAsync(store.OperationId, "install", _ => Task.FromResult(new StepResult<int>(7, "done"))));

        var step = await store.StepAsync("install");
        Assert.Equal((StepStatus.Succeeded, 1, "done"), (step.Status, step.Attempts, step.Detail));
        Assert.Equal(step.StartedAt + StepBudgets.Of("install"), step.Deadline);
        Assert.NotNull(step.EndedAt);
    }

    [Fact]
    public async Task A_look_that_will_be_repeated_leaves_its_step_running()
    {
        using var store = await ActivityStore.CreateAsync(_clock);

        for (var look = 0; look < 3; look++)
            await store.Recorder.RunAsync(store.OperationId, "healthy", _ => Task.FromResult(new StepResult<int>(0, "not yet", Finished: false)));

        var step = await store.StepAsync("healthy");
        Assert.Equal((StepStatus.Running, 3, "not yet"), (step.Status, step.Attempts, step.Detail));
    }

    [Fact]
    public async Task A_failure_is_recorded_and_a_later_attempt_succeeds()
    {
        using var store = await ActivityStore.CreateAsync(_clock);

        await Assert.ThrowsAsync<InvalidDataException>(
            () => store.Recorder.RunAsync<int>(store.OperationId, "install", _ => throw new InvalidDataException("bad tarball")));
        var failed = await store.StepAsync("install");
        await store.Recorder.RunAsync(store.OperationId, "install", _ => Task.FromResult(new StepResult<int>(0, "done")));
        var succeeded = await store.StepAsync("install");

        Assert.Equal((StepStatus.Failed, "bad tarball"), (failed.Status, failed.Error));
        Assert.Equal((StepStatus.Succeeded, 2), (succeeded.Status, succeeded.Attempts));
    }

    [Fact]
    public async Task A_cancelled_operation_starts_no_step_but_goes_on_with_its_undo()
    {
        using var store = await ActivityStore.CreateAsync(_clock);
        await store.CancelAsync();
        var ran = new List<string>();

        await Assert.ThrowsAsync<OperationCanceledByRequestException>(() => RunAsync("install"));
        await RunAsync("stop");

        Assert.Equal(["stop"], ran);

        Task<int> RunAsync(string step) => store.Recorder.RunAsync(store.OperationId, step, _ =>
        {
            ran.Add(step);
            return Task.FromResult(new StepResult<int>(0, ""));
        });
    }

    [Fact]
    public async Task A_long_step_is_stopped_when_its_operation_is_cancelled()
    {
        using var store = await ActivityStore.CreateAsync(_clock);
        var step = store.Recorder.RunAsync(store.OperationId, "install", WaitForEverAsync);
        await store.CancelAsync();

        await AdvanceUntilEndedAsync(step, TimeSpan.FromSeconds(1));

        await Assert.ThrowsAsync<OperationCanceledByRequestException>(() => step);
    }

    [Fact]
    public async Task A_long_step_is_stopped_when_its_operation_was_ended_without_it_so_that_nothing_is_built_twice_at_once()
    {
        using var store = await ActivityStore.CreateAsync(_clock);
        var step = store.Recorder.RunAsync(store.OperationId, "install", WaitForEverAsync);
        await store.Agents.FailDeploymentAsync(
            new(store.OperationId, store.Agent.Id, OperationStatus.Failed, new("install", "The deadline passed.", [])), CancellationToken.None);

        await AdvanceUntilEndedAsync(step, TimeSpan.FromSeconds(1));

        await Assert.ThrowsAsync<OperationCanceledByRequestException>(() => step);
        Assert.Equal((StepStatus.Failed, "The operation ended before this step did."), ((await store.StepAsync("install")).Status, (await store.StepAsync("install")).Error));
    }

    [Fact]
    public async Task A_step_that_exceeds_its_budget_is_stopped_and_says_so()
    {
        using var store = await ActivityStore.CreateAsync(_clock);
        var step = store.Recorder.RunAsync(store.OperationId, "push", WaitForEverAsync);

        await AdvanceUntilEndedAsync(step, TimeSpan.FromSeconds(10));

        var exception = await Assert.ThrowsAsync<TimeoutException>(() => step);
        Assert.Contains("'push' took longer than its 30 s", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_step_that_the_stop_of_the_host_interrupts_stays_running_for_the_next_start()
    {
        using var store = await ActivityStore.CreateAsync(_clock);
        var step = store.Recorder.RunAsync(store.OperationId, "install", WaitForEverAsync);

        store.Lifetime.StopApplication();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => step);
        Assert.Equal(StepStatus.Running, (await store.StepAsync("install")).Status);
    }

    private static async Task<StepResult<int>> WaitForEverAsync(CancellationToken cancellationToken)
    {
        await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellationToken);
        throw new InvalidOperationException("Nothing ends for ever.");
    }

    private Task AdvanceUntilEndedAsync(Task step, TimeSpan pace) => Wait.UntilAsync("the step to end", Deadline, () =>
    {
        _clock.Advance(pace);
        return Task.FromResult(step.IsCompleted);
    });
}
