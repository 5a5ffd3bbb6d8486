using Microsoft.Extensions.DependencyInjection;

namespace MultiAgentInfra.EmbeddedRuntime.Tests.Behaviour;

public abstract class Activities(StartHost start) : BehaviourSuite(start)
{
    [Fact]
    [Encodes(Sources.Context, "CallActivityAsync")]
    public async Task An_activity_gets_its_input_and_its_output_comes_back()
    {
        await using var host = await StartAsync(tasks => tasks
            .AddOrchestratorFunc<int, int>("Run", (context, input) => context.CallActivityAsync<int>("Double", input))
            .AddActivityFunc<int, int>("Double", (_, input) => input * 2));
        var result = await host.RunAsync("Run", 21);
        Assert.Equal(OrchestrationRuntimeStatus.Completed, result.RuntimeStatus);
        Assert.Equal(42, result.ReadOutputAs<int>());
        Assert.Equal(21, result.ReadInputAs<int>());
    }

    [Fact]
    [Encodes(Sources.Injection, "Activity_CanResolveService_FromDI")]
    public async Task Task_classes_are_found_by_their_attribute_and_get_their_dependencies()
    {
        await using var host = await StartAsync(
            tasks => tasks.AddOrchestrator<GreetOrchestrator>().AddActivity<GreetActivity>(),
            services => services.AddSingleton(new Greeting("Hello")));
        Assert.Equal("Hello, Ada", (await host.RunAsync("Greet", new Person("Ada", []))).ReadOutputAs<string>());
    }

    [Fact]
    [Encodes(Sources.Injection, "ScopedServices_AreResolvedPerActivityExecution")]
    public async Task Each_run_of_an_activity_has_a_scope_of_its_own()
    {
        await using var host = await StartAsync(
            tasks => tasks
                .AddOrchestratorFunc<string>("Run", async context =>
                    $"{await context.CallActivityAsync<int>("CountActivity")} {await context.CallActivityAsync<int>("CountActivity")}")
                .AddActivity<CountActivity>(),
            services => services.AddScoped<Counter>());
        Assert.Equal("1 1", (await host.RunAsync("Run")).ReadOutputAs<string>());
    }

    [Fact]
    [Encodes(Sources.Patterns, "ActivityChain")]
    public async Task A_chain_runs_each_activity_once_and_in_order()
    {
        var calls = new List<int>();
        await using var host = await StartAsync(tasks => tasks
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
        Assert.Equal(190, (await host.RunAsync("Chain")).ReadOutputAs<int>());
        Assert.Equal(Enumerable.Range(0, 20), calls);
    }

    [Fact]
    [Encodes(Sources.Patterns, "ActivityFanOut")]
    public async Task A_fan_out_keeps_the_order_of_its_results()
    {
        await using var host = await StartAsync(tasks => tasks
            .AddOrchestratorFunc<int[]>("Fan", async context =>
                await Task.WhenAll(Enumerable.Range(0, 100).Select(number => context.CallActivityAsync<int>("Square", number))))
            .AddActivityFunc<int, int>("Square", (_, number) => number * number));
        Assert.Equal(Enumerable.Range(0, 100).Select(number => number * number), (await host.RunAsync("Fan")).ReadOutputAs<int[]>()!);
    }

    [Fact]
    [Encodes(Sources.ActivityShim, "InstanceId => this.innerContext.OrchestrationInstance.InstanceId")]
    public async Task An_activity_sees_its_name_and_instance()
    {
        await using var host = await StartAsync(tasks => tasks
            .AddOrchestratorFunc<string>("Run", context => context.CallActivityAsync<string>("Who")!)
            .AddActivityFunc<string>("Who", context => $"{context.Name} {context.InstanceId}"));
        await host.BeginAsync(instanceId: "one");
        Assert.Equal("Who one", await host.OutputAsync("one"));
    }

    [Fact]
    [Encodes(Sources.Names, "OrdinalIgnoreCase")]
    public async Task Names_of_tasks_are_compared_without_regard_to_case()
    {
        await using var host = await StartAsync(tasks => tasks
            .AddOrchestratorFunc<string>("Run", context => context.CallActivityAsync<string>("SAY")!)
            .AddActivityFunc<string>("Say", _ => "said"));
        Assert.Equal("said", (await host.RunAsync("RUN")).ReadOutputAs<string>());
    }

    [Fact]
    [Encodes(Sources.Json, "IncludeFields")]
    public async Task Records_lists_and_null_travel_as_they_are()
    {
        await using var host = await StartAsync(tasks => tasks
            .AddOrchestratorFunc<Person, Person>("Run", (context, input) => context.CallActivityAsync<Person>("Grow", input)!)
            .AddActivityFunc<Person, Person>("Grow", (_, input) => input! with { Friends = [.. input.Friends, null] }));
        var grown = (await host.RunAsync("Run", new Person("Ada", ["Grace"]))).ReadOutputAs<Person>()!;
        Assert.Equal("Ada", grown.Name);
        Assert.Equal("Grace,", string.Join(',', grown.Friends));
    }

    [Fact]
    [Encodes(Sources.Json, "value != null")]
    public async Task An_activity_without_an_output_answers_null()
    {
        await using var host = await StartAsync(tasks => tasks
            .AddOrchestratorFunc<string>("Run", async context => await context.CallActivityAsync<string?>("Silent") ?? "nothing")
            .AddActivityFunc<string>("Silent", _ => (string?)null));
        Assert.Equal("nothing", (await host.RunAsync("Run")).ReadOutputAs<string>());
    }

    [Fact]
    [Encodes(Sources.Patterns, "SingleActivity_Async")]
    public async Task Calls_of_one_activity_side_by_side_get_each_its_own_result()
    {
        var first = new TaskCompletionSource();
        await using var host = await StartAsync(tasks => tasks
            .AddOrchestratorFunc<string>("Run", async context =>
            {
                var slow = context.CallActivityAsync<string>("Echo", "slow");
                var fast = context.CallActivityAsync<string>("Echo", "fast");
                return $"{await fast} {await slow}";
            })
            .AddActivityFunc<string, string>("Echo", async (_, input) =>
            {
                if (input == "slow")
                    await first.Task;
                first.TrySetResult();
                return input;
            }));
        Assert.Equal("fast slow", (await host.RunAsync("Run")).ReadOutputAs<string>());
    }

    [Fact]
    [Encodes(Sources.Context, "A {nameof(TaskOptions)} value was provided for the activity input")]
    public async Task Options_given_as_the_input_are_refused()
    {
        await using var host = await StartAsync(tasks => tasks
            .AddOrchestratorFunc("Run", context => context.CallActivityAsync("Never", (object)new TaskOptions())));
        Assert.True((await host.RunAsync("Run")).FailureDetails!.IsCausedBy<ArgumentException>());
    }

    [Fact]
    [Encodes(Sources.Processor, "OrchestratorTaskNotFound")]
    public async Task An_unknown_orchestrator_fails_the_instance()
    {
        await using var host = await StartAsync(_ => { });
        var failure = (await host.RunAsync("Nobody")).FailureDetails!;
        Assert.Equal(("OrchestratorTaskNotFound", "No orchestrator task named 'Nobody' was found."), (failure.ErrorType, failure.ErrorMessage));
    }

    [Fact]
    [Encodes(Sources.Processor, "ActivityTaskNotFound")]
    public async Task An_unknown_activity_fails_the_call()
    {
        await using var host = await StartAsync(tasks => tasks.AddOrchestratorFunc("Run", context => context.CallActivityAsync("Nobody")));
        var failure = (await host.RunAsync("Run")).FailureDetails!.InnerFailure!;
        Assert.Equal(("ActivityTaskNotFound", "No activity task named 'Nobody' was found."), (failure.ErrorType, failure.ErrorMessage));
    }

    internal sealed record Person(string Name, string?[] Friends);

    internal sealed record Greeting(string Word);

    internal sealed class Counter
    {
        private int _count;

        public int Next() => ++_count;
    }

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

    internal sealed class CountActivity(Counter counter) : TaskActivity<string, int>
    {
        public override Task<int> RunAsync(TaskActivityContext context, string input) => Task.FromResult(counter.Next());
    }
}
