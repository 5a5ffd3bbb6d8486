using Microsoft.Extensions.DependencyInjection;

namespace MultiAgentInfra.EmbeddedRuntime.Tests.Durable;

public abstract class ActivityCases(int cached)
{
    [Fact]
    public async Task An_activity_gets_its_input_and_its_output_comes_back()
    {
        await using var engine = await TestEngine.StartAsync(cached, tasks => tasks
            .AddOrchestratorFunc<int, int>("Run", (context, input) => context.CallActivityAsync<int>("Double", input))
            .AddActivityFunc<int, int>("Double", (_, input) => input * 2));
        var result = await engine.RunAsync("Run", 21);
        Assert.Equal(OrchestrationRuntimeStatus.Completed, result.RuntimeStatus);
        Assert.Equal(42, result.ReadOutputAs<int>());
        Assert.Equal(21, result.ReadInputAs<int>());
    }

    [Fact]
    public async Task Task_classes_are_found_by_their_attribute_and_get_their_dependencies()
    {
        await using var engine = await TestEngine.StartAsync(cached, tasks => tasks.AddOrchestrator<GreetOrchestrator>().AddActivity<GreetActivity>());
        engine.Services.AddSingleton(new Greeting("Hello"));
        await engine.RestartAsync();
        var result = await engine.RunAsync("Greet", new Person("Ada"));
        Assert.Equal("Hello, Ada", result.ReadOutputAs<string>());
    }

    [Fact]
    public async Task A_chain_runs_each_activity_once_and_in_order()
    {
        var calls = new List<int>();
        await using var engine = await TestEngine.StartAsync(cached, tasks => tasks
            .AddOrchestratorFunc<int>("Chain", async context =>
            {
                var sum = 0;
                for (var step = 0; step < 20; step++)
                    sum += await context.CallActivityAsync<int>("Step", step);
                return sum;
            })
            .AddActivityFunc<int, int>("Step", (_, step) =>
            {
                calls.Add(step);
                return step;
            }));
        Assert.Equal(190, (await engine.RunAsync("Chain")).ReadOutputAs<int>());
        Assert.Equal(Enumerable.Range(0, 20), calls);
    }

    [Fact]
    public async Task A_fan_out_keeps_the_order_of_its_results()
    {
        await using var engine = await TestEngine.StartAsync(cached, tasks => tasks
            .AddOrchestratorFunc<int[]>("Fan", async context =>
                await Task.WhenAll(Enumerable.Range(0, 100).Select(number => context.CallActivityAsync<int>("Square", number))))
            .AddActivityFunc<int, int>("Square", (_, number) => number * number));
        Assert.Equal(Enumerable.Range(0, 100).Select(number => number * number), (await engine.RunAsync("Fan")).ReadOutputAs<int[]>()!);
    }

    [Fact]
    public async Task WhenAny_goes_on_with_the_first_and_the_rest_may_still_run()
    {
        var release = new TaskCompletionSource();
        await using var engine = await TestEngine.StartAsync(cached, tasks => tasks
            .AddOrchestratorFunc<string>("Race", async context =>
            {
                var slow = context.CallActivityAsync<string>("Slow");
                var fast = context.CallActivityAsync<string>("Fast");
                return await await Task.WhenAny(slow, fast);
            })
            .AddActivityFunc<string>("Fast", _ => "fast")
            .AddActivityFunc<string>("Slow", async _ =>
            {
                await release.Task;
                return "slow";
            }));
        Assert.Equal("fast", (await engine.RunAsync("Race")).ReadOutputAs<string>());
        release.SetResult();
    }

    [Fact]
    public async Task A_failed_activity_throws_with_its_type_message_and_inner_failure()
    {
        await using var engine = await TestEngine.StartAsync(cached, tasks => tasks
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
                    return $"{exception.TaskName} {details.ErrorType} {details.ErrorMessage} {details.InnerFailure?.ErrorMessage} "
                        + $"{details.IsCausedBy<ArgumentException>()} {details.IsCausedBy<IOException>()} {details.StackTrace is not null}";
                }
            })
            .AddActivityFunc("Fail", _ => throw new ArgumentNullException("no disk", new IOException("disk gone"))));
        Assert.Equal("Fail System.ArgumentNullException no disk disk gone True False True", (await engine.RunAsync("Run")).ReadOutputAs<string>());
    }

    [Fact]
    public async Task An_unhandled_failure_fails_the_orchestration_and_keeps_the_cause()
    {
        await using var engine = await TestEngine.StartAsync(cached, tasks => tasks
            .AddOrchestratorFunc("Run", context => context.CallActivityAsync("Fail"))
            .AddActivityFunc("Fail", _ => throw new InvalidOperationException("broken")));
        var result = await engine.RunAsync("Run");
        Assert.Equal(OrchestrationRuntimeStatus.Failed, result.RuntimeStatus);
        Assert.True(result.FailureDetails!.IsCausedBy<TaskFailedException>());
        Assert.True(result.FailureDetails.InnerFailure!.IsCausedBy<InvalidOperationException>());
        Assert.Equal("Task 'Fail' (#0) failed with an unhandled exception: broken", result.FailureDetails.ErrorMessage);
    }

    [Fact]
    public async Task An_unknown_activity_fails_the_call()
    {
        await using var engine = await TestEngine.StartAsync(cached, tasks => tasks.AddOrchestratorFunc("Run", context => context.CallActivityAsync("Nobody")));
        Assert.Contains("No activity task named 'Nobody' was found", (await engine.RunAsync("Run")).FailureDetails!.ErrorMessage);
    }

    [Fact]
    public async Task An_unknown_orchestrator_fails_the_instance()
    {
        await using var engine = await TestEngine.StartAsync(cached, _ => { });
        Assert.Equal("OrchestratorTaskNotFound", (await engine.RunAsync("Nobody")).FailureDetails!.ErrorType);
    }

    [Fact]
    public async Task An_input_that_cannot_be_serialised_is_reported_at_the_call()
    {
        await using var engine = await TestEngine.StartAsync(cached, tasks => tasks
            .AddOrchestratorFunc<string>("Run", async context =>
            {
                try
                {
                    await context.CallActivityAsync("Never", new Action(() => { }));
                    return "no failure";
                }
                catch (NotSupportedException)
                {
                    return "caught";
                }
            })
            .AddActivityFunc("Never", _ => { }));
        Assert.Equal("caught", (await engine.RunAsync("Run")).ReadOutputAs<string>());
    }

    [Fact]
    public async Task Options_given_as_the_input_are_refused()
    {
        await using var engine = await TestEngine.StartAsync(cached, tasks => tasks
            .AddOrchestratorFunc("Run", context => context.CallActivityAsync("Never", (object)new TaskOptions())));
        Assert.True((await engine.RunAsync("Run")).FailureDetails!.IsCausedBy<ArgumentException>());
    }

    [Fact]
    public async Task An_activity_sees_its_name_and_instance()
    {
        await using var engine = await TestEngine.StartAsync(cached, tasks => tasks
            .AddOrchestratorFunc<string>("Run", context => context.CallActivityAsync<string>("Who")!)
            .AddActivityFunc<string>("Who", context => $"{context.Name} {context.InstanceId}"));
        await engine.Client.ScheduleNewOrchestrationInstanceAsync("Run", new StartOrchestrationOptions("one"));
        Assert.Equal("Who one", (await engine.FinishAsync("one")).ReadOutputAs<string>());
    }

    internal sealed record Person(string Name);

    internal sealed record Greeting(string Word);

    [DurableTask("Greet")]
    internal sealed class GreetOrchestrator : TaskOrchestrator<Person, string>
    {
        public override Task<string> RunAsync(TaskOrchestrationContext context, Person input) => context.CallActivityAsync<string>("GreetOne", input);
    }

    [DurableTask("GreetOne")]
    internal sealed class GreetActivity(Greeting greeting) : TaskActivity<Person, string>
    {
        public override Task<string> RunAsync(TaskActivityContext context, Person input) => Task.FromResult($"{greeting.Word}, {input.Name}");
    }
}

public sealed class ActivitiesWithCache() : ActivityCases(256);

public sealed class ActivitiesWithReplay() : ActivityCases(0);
