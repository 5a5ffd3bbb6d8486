namespace MultiAgentInfra.EmbeddedRuntime.Tests.Behaviour;

public abstract class Failures(StartHost start) : BehaviourSuite(start)
{
    [Fact]
    [Encodes(Sources.Errors, "InnerExceptionDetailsArePreserved")]
    public async Task A_failed_activity_throws_with_its_type_message_and_inner_failure()
    {
        await using var host = await StartAsync(tasks => tasks
            .AddOrchestratorFunc<string>("Run", async context =>
            {
                try
                {
                    await context.CallActivityAsync("Fail");
                    return "no failure";
                }
                catch (TaskFailedException exception)
                {
                    var details = exception.FailureDetails;
                    return $"{exception.TaskName} {details.ErrorType} {details.ErrorMessage} {details.InnerFailure?.ErrorMessage} {details.StackTrace is not null}";
                }
            })
            .AddActivityFunc("Fail", _ => throw new ArgumentNullException("no disk", new IOException("disk gone"))));
        Assert.Equal("Fail System.ArgumentNullException no disk disk gone True", (await host.RunAsync("Run")).ReadOutputAs<string>());
    }

    [Theory]
    [InlineData(typeof(ArgumentNullException), true)]
    [InlineData(typeof(ArgumentException), true)]
    [InlineData(typeof(Exception), true)]
    [InlineData(typeof(IOException), false)]
    [Encodes(Sources.Failure, "IsCausedBy")]
    public async Task A_failure_is_caused_by_its_type_and_the_types_below_it(Type type, bool expected)
    {
        var failure = await FailAsync(() => new ArgumentNullException("no disk", new IOException("disk gone")));
        Assert.Equal(expected, failure.InnerFailure!.IsCausedBy(type));
    }

    [Fact]
    [Encodes(Sources.Failure, "is not an exception type")]
    public async Task A_failure_is_only_asked_for_exceptions()
    {
        var failure = await FailAsync(() => new IOException("disk gone"));
        Assert.Throws<ArgumentException>(() => failure.IsCausedBy(typeof(string)));
    }

    [Fact]
    [Encodes(Sources.Patterns, "CatchingActivityExceptionsByType")]
    public async Task An_exception_of_the_applications_own_is_found_by_its_type()
    {
        var failure = await FailAsync(() => new QuotaException("full"));
        Assert.True(failure.InnerFailure!.IsCausedBy<QuotaException>());
        Assert.Equal(typeof(QuotaException).ToString(), failure.InnerFailure.ErrorType);
    }

    [Fact]
    [Encodes(Sources.Failure, "FromExceptionRecursive")]
    public async Task Every_inner_failure_is_kept_in_its_order()
    {
        var failure = await FailAsync(() => new IOException("1", new ArgumentException("2", new TimeoutException("3"))));
        Assert.Equal(
            ["1 System.IO.IOException", "2 System.ArgumentException", "3 System.TimeoutException"],
            Chain(failure.InnerFailure).Select(inner => $"{inner.ErrorMessage} {inner.ErrorType}"));
    }

    [Fact]
    [Encodes(Sources.Errors, "UnhandledActivityException")]
    public async Task An_unhandled_failure_fails_the_orchestration_and_keeps_the_cause()
    {
        var failure = await FailAsync(() => new InvalidOperationException("broken"));
        Assert.True(failure.IsCausedBy<TaskFailedException>());
        Assert.True(failure.InnerFailure!.IsCausedBy<InvalidOperationException>());
        Assert.Equal("Task 'Fail' (#0) failed with an unhandled exception: broken", failure.ErrorMessage);
    }

    [Fact]
    [Encodes(Sources.Errors, "UnhandledOrchestratorException")]
    public async Task What_an_orchestrator_throws_itself_is_its_failure()
    {
        await using var host = await StartAsync(_ => throw new NotSupportedException("not here", new IOException("disk gone")));
        var result = await host.RunAsync("Run");
        Assert.Equal(OrchestrationRuntimeStatus.Failed, result.RuntimeStatus);
        Assert.Equal(("System.NotSupportedException", "not here"), (result.FailureDetails!.ErrorType, result.FailureDetails.ErrorMessage));
        Assert.Equal("disk gone", result.FailureDetails.InnerFailure!.ErrorMessage);
    }

    [Fact]
    [Encodes(Sources.Shim, "ToCoreFailureDetails")]
    public async Task A_failure_passes_through_every_level_of_sub_orchestrations()
    {
        await using var host = await StartAsync(tasks => tasks
            .AddOrchestratorFunc("Parent", context => context.CallSubOrchestratorAsync("Child"))
            .AddOrchestratorFunc("Child", context => context.CallSubOrchestratorAsync("Grandchild"))
            .AddOrchestratorFunc("Grandchild", context => context.CallActivityAsync("Fail"))
            .AddActivityFunc("Fail", _ => throw new IOException("disk gone")));
        var chain = Chain((await host.RunAsync("Parent")).FailureDetails).ToArray();
        Assert.Equal([true, true, true, false], chain.Select(failure => failure.IsCausedBy<TaskFailedException>()));
        Assert.StartsWith("Task 'Child' (#0) failed with an unhandled exception: Task 'Grandchild'", chain[0].ErrorMessage, StringComparison.Ordinal);
        Assert.Equal("disk gone", chain[^1].ErrorMessage);
        Assert.True(chain[^1].IsCausedBy<IOException>());
    }

    [Fact]
    [Encodes(Sources.CoreContext, "new FailureDetails(failure")]
    public async Task A_failure_that_an_orchestrator_wraps_is_the_inner_failure_of_the_wrapper()
    {
        await using var host = await StartAsync(tasks => tasks
            .AddOrchestratorFunc("Run", async context =>
            {
                try
                {
                    await context.CallActivityAsync("Fail");
                }
                catch (TaskFailedException failed)
                {
                    throw new InvalidOperationException("the step failed", failed);
                }
            })
            .AddActivityFunc("Fail", _ => throw new IOException("disk gone")));
        var failure = (await host.RunAsync("Run")).FailureDetails!;
        Assert.Equal("the step failed", failure.ErrorMessage);
        Assert.True(failure.InnerFailure!.IsCausedBy<TaskFailedException>());
        Assert.Contains("disk gone", failure.InnerFailure.ErrorMessage, StringComparison.Ordinal);
    }

    [Fact]
    [Encodes(Sources.ErrorGuide, "Compensate previous steps when a later step fails")]
    public async Task A_caught_failure_is_compensated_by_other_activities()
    {
        var undone = new List<string>();
        await using var host = await StartAsync(tasks => tasks
            .AddOrchestratorFunc<string>("Run", async context =>
            {
                try
                {
                    await context.CallActivityAsync("Fail");
                    return "no failure";
                }
                catch (TaskFailedException)
                {
                    await context.CallActivityAsync("Undo", "step");
                    return "undone";
                }
            })
            .AddActivityFunc<string>("Undo", (_, step) => undone.Add(step!))
            .AddActivityFunc("Fail", _ => throw new IOException("disk gone")));
        Assert.Equal("undone", (await host.RunAsync("Run")).ReadOutputAs<string>());
        Assert.Equal(["step"], undone);
    }

    [Fact]
    [Encodes(Sources.Failed, "TaskId")]
    public async Task A_failure_names_the_number_of_its_call()
    {
        await using var host = await StartAsync(tasks => tasks
            .AddOrchestratorFunc<int>("Run", async context =>
            {
                await context.CallActivityAsync("Nothing");
                var failing = context.CallActivityAsync("Fail");
                try
                {
                    await failing;
                    return -1;
                }
                catch (TaskFailedException failed)
                {
                    return failed.TaskId;
                }
            })
            .AddActivityFunc("Nothing", _ => { })
            .AddActivityFunc("Fail", _ => throw new IOException("disk gone")));
        Assert.Equal(1, (await host.RunAsync("Run")).ReadOutputAs<int>());
    }

    [Fact]
    [Encodes(Sources.Metadata, "FailureDetails")]
    public async Task The_failure_is_only_there_when_outputs_were_asked_for()
    {
        await using var host = await StartAsync(_ => throw new IOException("disk gone"));
        var id = (await host.RunAsync("Run")).InstanceId;
        Assert.Null((await host.Client.GetInstanceAsync(id))!.FailureDetails);
        Assert.Equal("disk gone", (await host.Client.GetInstanceAsync(id, true))!.FailureDetails!.ErrorMessage);
    }

    private static IEnumerable<TaskFailureDetails> Chain(TaskFailureDetails? failure)
    {
        for (; failure is not null; failure = failure.InnerFailure)
            yield return failure;
    }

    /// <summary>The failure of an orchestration whose activity throws.</summary>
    private async Task<TaskFailureDetails> FailAsync(Func<Exception> failure)
    {
        await using var host = await StartAsync(tasks => tasks
            .AddOrchestratorFunc("Run", context => context.CallActivityAsync("Fail"))
            .AddActivityFunc("Fail", _ => throw failure()));
        var result = await host.RunAsync("Run");
        Assert.Equal(OrchestrationRuntimeStatus.Failed, result.RuntimeStatus);
        return result.FailureDetails!;
    }

    internal sealed class QuotaException(string message) : Exception(message);
}
